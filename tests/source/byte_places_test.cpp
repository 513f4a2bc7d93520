#include "source/byte_places.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::source {
namespace {

TEST(find_places, is_the_same_on_any_machine) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(bytes_of_places, '\0');
        for (char& c : bytes)
            c = random() % 2 == 0 ? static_cast<char>(random() % 256) : ",\n\"8"[random() % 4];
        std::uint64_t expected = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            expected |= std::uint64_t{bytes[i] == '\n' || bytes[i] == '"'} << i;
        ASSERT_EQ(find_places(bytes.data(), '\n', '"'), expected);
        ASSERT_EQ(find_places_portably(bytes.data(), '\n', '"'), expected);
    }
}

/// The text has no byte behind it that may be read: AddressSanitizer looks.
TEST(for_each_place, sees_every_place_in_a_text_of_any_length) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (std::size_t length = 0; length <= 3 * bytes_of_places; ++length) {
        const auto text = std::make_unique<char[]>(length);
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < length; ++i) {
            text[i] = "\n7\r\0"[random() % 4];
            if (text[i] == '\n') expected.push_back(i);
        }
        std::vector<std::size_t> seen;
        const auto see = [&seen](std::size_t place) {
            seen.push_back(place);
            return true;
        };
        for_each_place({text.get(), length}, see, '\n');
        ASSERT_EQ(seen, expected) << length;
    }
}

TEST(for_each_place, goes_on_for_as_long_as_is_wanted) {
    int seen = 0;
    for_each_place(
        "\n\n\n\n", [&seen](std::size_t) { return ++seen < 3; }, '\n');
    EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace cardresolver::source
