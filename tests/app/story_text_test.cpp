#include "app/story_text.hpp"

#include "carrier/status_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace cardresolver::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string tell(const std::vector<std::string>& lines) {
    run::story_builder builder("1064826090209");
    for (const auto& line : lines)
        builder.add(line);
    return tell_stories(builder);
}

/// An attempt for the card and `cards - 1` others.
std::string attempt(const std::string& more, unsigned cards = 100) {
    return R"({"event":"attempt","attempt":3,"at":"A","transid":"T","connection":2,"kind":"msisdn","cards":)" +
           std::to_string(cards) + R"(,"duration_ms":12.34,)" + more +
           R"(,"lines":[17],"numbers":["1064826090209"]})";
}

std::string row(const std::string& more) {
    return R"({"event":"row","line":17,"number":"1064826090209",)" + more + "}";
}

TEST(story_text, tells_one_card_from_its_first_attempt_to_its_row) {
    EXPECT_EQ(
        tell({R"({"event":"run","started_at":"S"})",
              attempt(R"("class":"throttled","status":"71","items":0,"message":"已超出API最大流控限制")"),
              R"({"event":"hold","until":"U","attempt":3})",
              attempt(R"("class":"answered","status":"0","items":99)", 1),
              row(R"("outcome":"resolved","status":"0","attempt":4)")}),
        "1064826090209, msisdn, line 17 of the list\n"
        "in the run that began at S\n"
        "A  asked with 99 other cards\n"
        "  Attempt 3 of the run, connection 2, transid T.\n"
        "  After 12 ms the carrier sent code 71 (throttled,\n"
        "  已超出API最大流控限制).\n"
        "  The carrier's limit was reached: the card was asked again after a wait.\n"
        "  The carrier was left alone until U.\n"
        "A  asked again alone\n"
        "  Attempt 3 of the run, connection 2, transid T.\n"
        "  After 12 ms a reply with 99 items came.\n"
        "  It left this card out, or answered for it in two ways: asked again along with\n"
        "  others.\n"
        "Row of line 17: resolved, status 0 (by attempt 4).\n");
}

TEST(story_text, says_what_each_class_led_to) {
    for (std::size_t i = 1; i < carrier::status_class_count; ++i) {
        const auto name = std::string(to_string(static_cast<carrier::status_class>(i)));
        const auto text = tell({attempt("\"class\":\"" + name + "\",\"status\":\"5\",\"items\":0")});
        EXPECT_THAT(text, HasSubstr("the carrier sent code 5 (" + name + ").\n  "));
        EXPECT_THAT(text, Not(HasSubstr(").\nNo row"))) << "no consequence";
    }
    for (const std::string name : {"timeout", "connection", "malformed", "stale", "cancelled"}) {
        const auto text =
            tell({attempt("\"class\":\"" + name + R"(","stage":"read","failure":"closed","detail":"why")")});
        EXPECT_THAT(text, HasSubstr("No reply after 12 ms: " + name + ", why.\n  "));
    }
}

TEST(story_text, tells_what_came_instead_of_a_reply) {
    EXPECT_THAT(tell({attempt(R"("class":"http","http":503,"bytes":0)")}),
                HasSubstr("a reply with HTTP status 503 came that is not the carrier's.\n"));
    EXPECT_THAT(tell({attempt(R"("class":"malformed","http":200,"body_head":"<html>")")}),
                HasSubstr("that is not the carrier's, which\n  begins: <html>\n"));
    EXPECT_THAT(tell({attempt(R"("class":"answered","items":1,"again":[{"line":17,"status":"73"}])")}),
                HasSubstr("For this card it said code 73: asked again.\n"));
    EXPECT_THAT(tell({attempt(R"("class":"answered","items":1)"), R"({"event":"discarded","attempt":3})"}),
                HasSubstr("It was about other cards and was thrown away"));
}

TEST(story_text, says_where_a_trace_ends_too_soon_or_is_damaged) {
    EXPECT_THAT(tell({attempt(R"("class":"busy","items":0)"), "{\"event\":\"att"}),
                testing::AllOf(HasSubstr("\nNo row: "), HasSubstr("1 of the trace's 2 lines are damaged")));
}

TEST(story_text, says_what_a_mask_leaves_open) {
    const std::string masked = R"({"event":"row","line":2,"number":"106482***0209","outcome":"resolved"})";
    EXPECT_THAT(tell({masked}), HasSubstr("--trace-numbers would be exact"));
    EXPECT_THAT(tell({row(R"("outcome":"resolved")")}), Not(HasSubstr("--trace-numbers")));
}

TEST(story_text, stays_printable_and_narrow_whatever_the_trace_holds) {
    std::string wide;
    for (int i = 0; i < 100; ++i)
        wide += "系统忙";
    const auto text =
        tell({attempt(R"("class":"busy","items":0,"status":"\u001b[31m\n","message":")" + wide + "\"")});
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
}  // namespace cardresolver::app
