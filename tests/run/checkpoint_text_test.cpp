#include "run/checkpoint_text.hpp"

#include "checksum/crc32c.hpp"
#include "run/checkpoint_comparison.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cardresolver::run {
namespace {

checkpoint example() {
    checkpoint state;
    state.input = source::input_identity{UINT64_MAX >> 1U, 0xFFFFFFFF, 7, UINT64_MAX, -9};
    state.position = {10, 11, {12, 0xFFFFFFFE}, source::input_encoding::gb18030};
    state.consumed = {13, 0xFFFFFFFD};
    state.newest_line = 4'000'000'000'000;
    state.open = {{12, 12}, {14, 40}, {3'999'999'999'999, 4'000'000'000'000}};
    state.rows = {1000, 0x80000000};
    state.failures = sink::output_mark{5, 6};
    state.is_complete = true;
    state.history = R"({"statuses":{"\"é":1}})";
    return state;
}

std::string with_checksum(const std::string& text) {
    return fmt::format("{:08x} {}", checksum::extend_crc32c(0, text), text);
}

TEST(checkpoint_text, comes_back_as_it_was) {
    expect_same(read_checkpoint(write_checkpoint(example())).value(), example());
    expect_same(read_checkpoint(write_checkpoint({})).value(), {});
}

TEST(checkpoint_text, DK6_what_is_none_or_makes_no_sense_is_refused) {
    for (const std::string text : {"", "{}", "[]", "null", R"({"version":1})"}) {
        EXPECT_FALSE(read_checkpoint(text)) << text;
        EXPECT_FALSE(read_checkpoint(with_checksum(text))) << text;
    }
    auto state = example();
    state.newest_line = 39;
    EXPECT_FALSE(read_checkpoint(write_checkpoint(state))) << "open records behind the newest one";
    auto text = write_checkpoint(example()).substr(std::string_view("01234567 ").size());
    EXPECT_TRUE(read_checkpoint(with_checksum(text)));
    text.replace(text.find("\"version\":1"), 11, "\"version\":2");
    EXPECT_FALSE(read_checkpoint(with_checksum(text))) << "of a later version";
}

TEST(checkpoint_text, DK6_any_damage_is_noticed) {
    const auto intact = write_checkpoint(example());
    for (std::size_t at = 0; at < intact.size(); ++at) {
        auto damaged = intact;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        EXPECT_FALSE(read_checkpoint(damaged)) << at;
        EXPECT_FALSE(read_checkpoint(std::string_view(intact).substr(0, at))) << at;
    }
}

}  // namespace
}  // namespace cardresolver::run
