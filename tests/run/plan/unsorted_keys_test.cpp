#include "run/plan/unsorted_keys.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace cardresolver::run {
namespace {

/// All keys of a run.
std::vector<number_key> keys_of(const key_run& run) {
    std::vector<number_key> keys;
    number_key key;
    for (std::string_view rest = run.bytes; !rest.empty();) {
        take_key(rest, key);
        keys.push_back(key);
    }
    return keys;
}

/// Few and many, with many and few bits in which they differ; the same object again and again.
TEST(unsorted_keys, sorts_as_the_standard_library_does) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    unsorted_keys unsorted;
    constexpr auto kinds = std::uint64_t{2} << place_of_kind;
    constexpr auto digits = (std::uint64_t{1} << place_of_kind) - 1;
    for (const std::size_t count : {0U, 1U, 2U, 1023U, 1024U, 1025U, 5'000U, 70'000U}) {
        for (const std::uint64_t mask :
             {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{0xFFF00}, kinds | 0xFFFF, kinds | digits}) {
            for (const unsigned unusual : {0U, 1U, 2U}) {
                std::vector<number_key> keys;
                for (std::size_t i = 0; i < count; ++i) {
                    const auto high = std::uint64_t{1 + random() % 3} << 60U | (random() & 7U);
                    keys.push_back({random() % 2 < unusual ? high : 0, random() & mask});
                }
                unsorted.clear();
                unsorted.add(keys);
                ASSERT_EQ(unsorted.size(), count);
                const auto sorted = unsorted.sort();
                const std::set<number_key> expected(keys.begin(), keys.end());
                ASSERT_EQ(keys_of(sorted), std::vector(expected.begin(), expected.end()))
                    << count << " with " << mask << " and " << unusual;
                ASSERT_EQ(sorted.counts[0] + sorted.counts[1] + sorted.counts[2], expected.size());
            }
        }
    }
}

}  // namespace
}  // namespace cardresolver::run
