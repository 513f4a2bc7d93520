#include "card/number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cardresolver::card {
namespace {

/// `count` numbers that differ in the digits before the last `behind` ones.
std::vector<card_number> counted_on(card_kind kind, std::string prefix, std::size_t length,
                                    std::size_t behind, std::size_t count) {
    std::vector<card_number> numbers;
    const auto digits = length - prefix.size() - behind;
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = std::to_string(i);
        numbers.emplace_back(
            kind, prefix + std::string(digits - number.size(), '0') + number + std::string(behind, '7'));
    }
    return numbers;
}

/// Of an even distribution by chance: about 1; `bits`, from `shift` on, name the place.
double unevenness(const std::vector<card_number>& numbers, unsigned shift, unsigned bits) {
    std::vector<double> places(std::size_t{1} << bits);
    for (const auto& number : numbers)
        ++places[(hash_value(number) >> shift) & (places.size() - 1)];
    const auto expected = static_cast<double>(numbers.size()) / static_cast<double>(places.size());
    double sum = 0;
    for (const auto found : places)
        sum += (found - expected) * (found - expected) / expected;
    return sum / static_cast<double>(places.size() - 1);
}

/// The index takes its bucket from the lowest bits, its tag from the highest, and more from those between.
TEST(hash_value, spreads_lists_that_count_on_in_any_digit) {
    struct shape {
        card_kind kind;
        const char* prefix;
        std::size_t length;
        std::size_t most_behind;
    };
    constexpr std::size_t count = 80'000;
    for (const auto& one :
         {shape{card_kind::iccid, "8986", 20, 11}, shape{card_kind::imsi, "46004", 15, 5},
          shape{card_kind::msisdn, "10648", 13, 3}, shape{card_kind::msisdn, "147", 11, 3}}) {
        for (std::size_t behind = 0; behind <= one.most_behind; ++behind) {
            const auto numbers = counted_on(one.kind, one.prefix, one.length, behind, count);
            EXPECT_NEAR(unevenness(numbers, 0, 13), 1, 0.1) << one.prefix << ' ' << behind;
            EXPECT_NEAR(unevenness(numbers, 12, 12), 1, 0.15) << one.prefix << ' ' << behind;
            EXPECT_NEAR(unevenness(numbers, 24, 8), 1, 0.6) << one.prefix << ' ' << behind;
        }
    }
}

TEST(hash_value, tells_the_kind_and_the_length) {
    const card_number phone(card_kind::msisdn, "147000000000000");
    EXPECT_NE(hash_value(phone), hash_value(card_number(card_kind::imsi, "147000000000000")));
    EXPECT_NE(hash_value(phone), hash_value(card_number(card_kind::msisdn, "14700000000000")));
}

}  // namespace
}  // namespace cardresolver::card
