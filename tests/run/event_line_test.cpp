#include "run/event_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

std::string quoted(std::string_view text, std::size_t most = 100) {
    std::string out;
    append_json_text(out, text, most);
    return out;
}

TEST(event_line, writes_members_in_order_and_ends_the_line) {
    std::string out;
    {
        event_line line(out, "attempt");
        line.text("a", "b").number("n", 18'446'744'073'709'551'615ULL).boolean("yes", true);
        line.duration("ms", 12'345'678ns).time("at", std::chrono::system_clock::time_point(1500ms));
        line.array("list", 3, [](std::string& to, std::size_t i) { to.append(std::to_string(i)); });
        line.array("none", 0, [](std::string&, std::size_t) {});
    }
    EXPECT_EQ(out,
              "{\"event\":\"attempt\",\"a\":\"b\",\"n\":18446744073709551615,\"yes\":true,\"ms\":12.346,"
              "\"at\":\"1970-01-01T00:00:01.500Z\",\"list\":[0,1,2],\"none\":[]}\n");
}

TEST(event_line, makes_a_string_of_any_bytes) {
    EXPECT_EQ(quoted(R"(a"b\c"")"), R"("a\"b\\c\"\"")");
    EXPECT_EQ(quoted("\\"), R"("\\")");
    EXPECT_EQ(quoted(std::string_view("\x00\n\x1B\x7F\xFF", 5)), "\"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\"");
    EXPECT_EQ(quoted("正确"), "\"正确\"");
    EXPECT_EQ(quoted("\xE2\x80\xAE"), "\"\uFFFD\"") << "a direction override reaches no terminal";
    EXPECT_EQ(quoted("abcdef", 3), "\"abc\"");
}

}  // namespace
}  // namespace cardresolver::run
