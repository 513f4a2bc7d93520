#include "run/open_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace cardresolver::run {
namespace {

using ranges = std::vector<line_range>;

TEST(open_lines, nothing_is_open_at_first) {
    const open_lines lines;
    EXPECT_EQ(lines.oldest(), std::nullopt);
    EXPECT_EQ(lines.newest(), 0U);
    EXPECT_TRUE(lines.lines().empty());
}

TEST(open_lines, closed_in_any_order) {
    open_lines lines;
    for (const std::uint64_t line : {2U, 3U, 4U, 7U, 8U})
        lines.open({line, line});
    EXPECT_EQ(lines.lines().ranges(), (ranges{{2, 4}, {7, 8}}));
    lines.close({3, 3});
    EXPECT_EQ(lines.oldest(), 2U);
    EXPECT_EQ(lines.lines().ranges(), (ranges{{2, 2}, {4, 4}, {7, 8}}));
    lines.close({2, 2});
    EXPECT_EQ(lines.oldest(), 4U);
    lines.close({8, 8});
    lines.close({7, 7});
    lines.close({4, 4});
    EXPECT_EQ(lines.oldest(), std::nullopt);
    EXPECT_EQ(lines.newest(), 8U);
}

TEST(open_lines, agrees_with_a_set) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    open_lines lines;
    std::set<std::uint64_t> expected;
    std::uint64_t line = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (expected.empty() || (random() % 2 == 0 && expected.size() < 5000)) {
            line += random() % 8 == 0 ? 1 + random() % 1000 : 1;
            lines.open({line, line});
            expected.insert(line);
        } else {
            const auto far = random() % std::min<std::size_t>(expected.size(), 100);
            const auto one = std::next(expected.begin(), static_cast<std::ptrdiff_t>(far));
            lines.close({*one, *one});
            expected.erase(one);
        }
        ASSERT_EQ(lines.oldest(), expected.empty() ? std::nullopt : std::optional(*expected.begin()));
        ASSERT_EQ(lines.newest(), line);
    }
    line_ranges in_ranges;
    for (const auto one : expected)
        in_ranges.add(one);
    EXPECT_EQ(lines.lines().ranges(), in_ranges.ranges());
}

TEST(open_lines_death, a_line_is_closed_once) {
    open_lines lines;
    lines.open({1, 1});
    lines.open({2, 2});
    lines.open({4, 4});
    lines.close({2, 2});
    EXPECT_DEATH(lines.close({2, 2}), "");
    EXPECT_DEATH(lines.close({3, 3}), "");
    EXPECT_DEATH(lines.open({4, 4}), "");
}

TEST(encoded_lines, come_back) {
    constexpr auto far = std::uint64_t{1} << 60U;
    for (const auto& wanted : {ranges{}, ranges{{1, 1}}, ranges{{5, 5}, {7, 7}},
                               ranges{{1, 300}, {302, 302}, {100'000, far}, {far + 2, 2 * far}}}) {
        const auto decoded = decode_lines(encode_lines(wanted));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(*decoded, wanted);
    }
}

TEST(encoded_lines, are_few_bytes) {
    ranges every_other;
    for (std::uint64_t line = 1; line < 20'000; line += 2)
        every_other.push_back({line, line});
    EXPECT_EQ(encode_lines(every_other).size(), 2 * every_other.size());
}

TEST(encoded_lines, what_is_damaged_is_refused) {
    const auto bytes = encode_lines({{1, 300}, {302, 302}, {100'000, 200'000}});
    const std::set<std::size_t> whole{0, 3, 5, bytes.size()};  // the ranges' ends
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        EXPECT_EQ(decode_lines(bytes.substr(0, cut)).has_value(), whole.contains(cut)) << "cut at " << cut;
    EXPECT_FALSE(decode_lines(std::string_view("\0\1", 2)));  // line 0
    EXPECT_FALSE(decode_lines(std::string(20, '\xFF')));
    EXPECT_FALSE(decode_lines(std::string(8, '\xFF') + "\x7F\x7F"));  // over 62 bits
}

}  // namespace
}  // namespace cardresolver::run
