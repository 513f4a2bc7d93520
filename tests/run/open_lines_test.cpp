#include "run/open_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace cardresolver::run {
namespace {

using ranges = std::vector<line_range>;

ranges in_ranges(const std::set<std::uint64_t>& lines) {
    line_ranges together;
    for (const auto line : lines)
        together.add(line);
    return together.ranges();
}

TEST(line_ranges, what_is_adjacent_becomes_one_range) {
    line_ranges lines;
    EXPECT_TRUE(lines.ranges().empty());
    EXPECT_FALSE(lines.ends_before(0) || lines.ends_before(1));
    lines.add({3, 5});
    ASSERT_TRUE(lines.ends_before(6));
    lines.extend(1);
    EXPECT_EQ(lines.ranges(), (ranges{{3, 6}}));
    lines.add(7);
    lines.extend(2);
    lines.add(11);
    lines.extend(1);
    lines.add(2);
    EXPECT_EQ(lines.ranges(), (ranges{{3, 9}, {11, 12}, {2, 2}}));
    EXPECT_FALSE(lines.ends_before(13));
}

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

TEST(open_lines, ranges_of_any_length) {
    open_lines lines;
    lines.open({1, 63});
    lines.open({64, 64});
    lines.open({65, 1000});
    EXPECT_EQ(lines.lines().ranges(), (ranges{{1, 1000}}));
    lines.close({64, 127});
    EXPECT_EQ(lines.lines().ranges(), (ranges{{1, 63}, {128, 1000}}));
    lines.close({1, 60});
    lines.close({191, 192});
    EXPECT_EQ(lines.lines().ranges(), (ranges{{61, 63}, {128, 190}, {193, 1000}}));
    lines.close({61, 63});
    EXPECT_EQ(lines.oldest(), 128U);
    lines.close({193, 1000});
    lines.close({128, 190});
    EXPECT_EQ(lines.oldest(), std::nullopt);
    EXPECT_EQ(lines.newest(), 1000U);
}

TEST(open_lines, goes_on_behind_lines_that_are_done_with) {
    open_lines lines;
    lines.open({1, 10});
    lines.close({1, 10});
    lines.open({11, 12});
    EXPECT_EQ(lines.oldest(), 11U);
    lines.close({11, 11});
    constexpr auto far = std::uint64_t{1} << 60U;
    lines.open({far, far + 1});
    EXPECT_EQ(lines.lines().ranges(), (ranges{{12, 12}, {far, far + 1}}));
    lines.close({12, 12});
    EXPECT_EQ(lines.oldest(), far);
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
            const auto first = line + (random() % 8 == 0 ? 1 + random() % 1000 : 1);
            line = first + (random() % 4 == 0 ? random() % 200 : 0);
            lines.open({first, line});
            for (auto one = first; one <= line; ++one)
                expected.insert(one);
        } else {
            const auto far = random() % std::min<std::size_t>(expected.size(), 100);
            const auto first = std::next(expected.begin(), static_cast<std::ptrdiff_t>(far));
            const auto most = *first + random() % 200;
            auto end = std::next(first);
            while (end != expected.end() && *end == *std::prev(end) + 1 && *end <= most)
                ++end;
            lines.close({*first, *std::prev(end)});
            expected.erase(first, end);
        }
        ASSERT_EQ(lines.oldest(), expected.empty() ? std::nullopt : std::optional(*expected.begin()));
        ASSERT_EQ(lines.newest(), line);
        if (step % 100 == 0) {
            ASSERT_EQ(lines.lines().ranges(), in_ranges(expected));
        }
    }
}

TEST(open_lines_death, a_line_is_closed_once) {
    open_lines lines;
    lines.open({1, 1});
    lines.open({2, 2});
    lines.open({4, 4});
    lines.close({2, 2});
    EXPECT_DEATH(lines.close({2, 2}), "");
    EXPECT_DEATH(lines.close({3, 3}), "");
    EXPECT_DEATH(lines.close({1, 2}), "");
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
