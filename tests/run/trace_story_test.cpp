#include "run/trace_story.hpp"

#include "run/trace_fixture.hpp"

#include <gmock/gmock.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view header =
    R"({"event":"run","version":"1","started_at":"S","numbers":"masked","kind":"auto","pad_iccid":false})";

/// An attempt for cards that stand on these lines.
std::string attempt(unsigned ordinal, const std::string& lines, const std::string& numbers,
                    const std::string& more = R"("class":"answered","status":"0","items":1)") {
    return "{\"event\":\"attempt\",\"attempt\":" + std::to_string(ordinal) + ",\"cards\":2," + more +
           ",\"lines\":[" + lines + "],\"numbers\":[" + numbers + "]}";
}

std::string row(unsigned line, const std::string& number, unsigned ordinal) {
    return "{\"event\":\"row\",\"line\":" + std::to_string(line) + ",\"number\":\"" + number +
           "\",\"outcome\":\"resolved\",\"status\":\"0\",\"attempt\":" + std::to_string(ordinal) + "}";
}

story_builder read(const std::string& number, const std::vector<std::string>& lines) {
    story_builder builder(number);
    for (const auto& line : lines)
        builder.add(line);
    return builder;
}

TEST(line_splitter, cuts_lines_whatever_pieces_they_come_in) {
    const std::string text = "one\n\ntwo\nthree";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        std::vector<std::string> lines;
        line_splitter splitter([&](std::string_view line) {
            if (!line.empty()) lines.emplace_back(line);
        });
        for (std::size_t at = 0; at < text.size(); at += size)
            splitter.feed(std::string_view(text).substr(at, size));
        splitter.finish();
        EXPECT_THAT(lines, ElementsAre("one", "two", "three")) << size;
    }
}

TEST(line_splitter, bounds_what_it_keeps_of_a_line) {
    const std::string piece(line_splitter::longest_line / 2 + 1, 'x');
    std::vector<std::size_t> sizes;
    line_splitter splitter([&](std::string_view line) { sizes.push_back(line.size()); });
    for (int i = 0; i < 5; ++i)
        splitter.feed(piece);
    splitter.feed("\nshort\n");
    splitter.feed(piece + piece + "\n");
    EXPECT_THAT(sizes, ElementsAre(line_splitter::longest_line, 5, line_splitter::longest_line));
}

TEST(story_builder, follows_a_card_through_its_attempts) {
    const auto builder = read(
        " 1064826090209 ",
        {std::string(header),
         attempt(1, "1,2", R"("106482***0209","106482***0210")", R"("class":"throttled")"),
         R"({"event":"hold","until":"U","attempt":1})", attempt(2, "2", R"("106482***0210")"),
         attempt(3, "1", R"("106482***0209")"), R"({"event":"discarded","attempt":3})",
         attempt(4, "1", R"("106482***0209")", R"("class":"answered","again":[{"line":1,"status":"73"}])"),
         attempt(5, "1", R"("106482***0209")"), row(1, "106482***0209", 5)});
    ASSERT_THAT(builder.stories(), SizeIs(1));
    const auto& story = builder.stories()[0];
    EXPECT_EQ(story.line, 1U);
    EXPECT_EQ(story.run_started_at, "S");
    EXPECT_TRUE(story.is_masked);
    ASSERT_THAT(story.attempts, SizeIs(4));
    EXPECT_EQ(story.attempts[0].meaning, "throttled");
    EXPECT_EQ(story.attempts[0].held_until, "U");
    EXPECT_TRUE(story.attempts[1].is_discarded);
    EXPECT_EQ(story.attempts[2].item_status, "73");
    ASSERT_THAT(story.rows, SizeIs(1));
    EXPECT_EQ(story.rows[0].attempt, 5U);
    EXPECT_EQ(builder.damaged(), 0U);
}

TEST(story_builder, tells_cards_that_look_alike_apart_by_their_lines) {
    const auto builder =
        read("1064826090209", {std::string(header), attempt(1, "1,2", R"("106482***0209","106482***0209")"),
                               row(2, "106482***0209", 1), attempt(2, "1", R"("106482***0209")")});
    ASSERT_THAT(builder.stories(), SizeIs(2));
    EXPECT_THAT(builder.stories()[0].attempts, SizeIs(2));
    EXPECT_THAT(builder.stories()[0].rows, IsEmpty());
    EXPECT_THAT(builder.stories()[1].attempts, SizeIs(1));
    EXPECT_THAT(builder.stories()[1].rows, SizeIs(1));
}

TEST(story_builder, is_exact_where_the_trace_has_whole_numbers) {
    const auto builder =
        read("1064826090209", {std::string(header), attempt(1, "1,2", R"("1064826090209","1064826190209")")});
    ASSERT_THAT(builder.stories(), SizeIs(1));
    EXPECT_FALSE(builder.stories()[0].is_masked);
}

TEST(story_builder, IN3_gives_the_rows_of_further_lines_to_the_card_that_was_asked) {
    const auto builder = read("1064826090209", {attempt(1, "1,5", R"("106482***0209","106482***0209")"),
                                                row(1, "106482***0209", 1), row(3, "106482***0209", 1),
                                                row(5, "106482***0209", 1), row(9, "106482***0209", 1)});
    ASSERT_THAT(builder.stories(), SizeIs(2));
    EXPECT_THAT(builder.stories()[0].rows, SizeIs(2));
    EXPECT_EQ(builder.stories()[0].rows[1].line, 3U);
    EXPECT_EQ(builder.stories()[1].rows[1].line, 9U);
}

TEST(story_builder, reads_the_number_as_the_run_read_its_list) {
    const std::string padded = R"({"event":"run","started_at":"S","kind":"auto","pad_iccid":true})";
    const std::string promised = R"({"event":"run","started_at":"S","kind":"imsi","pad_iccid":false})";
    EXPECT_THAT(read("8986001234567890123", {padded, attempt(1, "1", R"("8986001234567890123F")")}).stories(),
                SizeIs(1));
    EXPECT_THAT(read("12345", {promised, attempt(1, "1", R"("*2345")")}).stories(), SizeIs(1));
    const auto unknown = read("12345", {std::string(header), attempt(1, "1", R"("1234567890123")")});
    EXPECT_THAT(unknown.stories(), IsEmpty());
    EXPECT_EQ(unknown.reason(), card::invalid_reason::unknown_shape);
}

TEST(story_builder, finds_the_rows_of_what_is_no_number) {
    const auto builder = read(
        R"(say "12")", {std::string(header),
                        R"({"event":"row","line":4,"number":"****\"12\"","outcome":"invalid","status":""})"});
    ASSERT_THAT(builder.stories(), SizeIs(1));
    EXPECT_EQ(builder.stories()[0].rows[0].outcome, "invalid");
}

TEST(story_builder, keeps_the_runs_of_one_file_apart) {
    const std::vector<std::string> one{std::string(header), attempt(1, "1", R"("1064826090209")"),
                                       row(1, "1064826090209", 1)};
    auto lines = one;
    lines.insert(lines.end(), one.begin(), one.end());
    const auto builder = read("1064826090209", lines);
    ASSERT_THAT(builder.stories(), SizeIs(2));
    EXPECT_THAT(builder.stories()[1].rows, SizeIs(1));
}

TEST(story_builder, counts_damaged_lines_and_goes_on) {
    const auto builder =
        read("1064826090209",
             {"\x1F\x8B", R"({"event":"attempt","numbers":["1064826090209"])", "", "{}",
              R"({"event":"row","number":"1064826090209",})", R"({"event":"row","line":)",
              R"({"event":"run","kind":7,"pad_iccid":"x"})",
              R"({"event":"attempt","attempt":-1,"cards":"x","lines":"1","numbers":["1064826090209",7]})",
              R"({"event":"attempt","numbers":{},"x":"1064826090209"})",
              R"({"event":"row","line":1e400,"number":"1064826090209","attempt":1.5})",
              R"({"event":"hold","attempt":[]})", R"({"event":"tomorrow"})"});
    EXPECT_EQ(builder.lines(), 11U);
    EXPECT_EQ(builder.damaged(), 5U);
    ASSERT_THAT(builder.stories(), SizeIs(1));
    EXPECT_THAT(builder.stories()[0].attempts, SizeIs(1));
}

TEST(story_builder, bounds_how_many_cards_it_keeps) {
    story_builder builder("1064826090209");
    for (unsigned line = 1; line <= story_builder::most_stories + 5; ++line)
        builder.add(attempt(line, std::to_string(line), R"("106482***0209")"));
    EXPECT_THAT(builder.stories(), SizeIs(story_builder::most_stories));
    EXPECT_TRUE(builder.has_left_out());
}

class written_trace : public trace_fixture {};

TEST_F(written_trace, is_read_back) {
    auto& trace = open();
    trace.on_start({}, {}, false);
    trace.on_failure(send(card::card_kind::imsi, {"460040260908676"}),
                     {card::failure_stage::read, card::failure_kind::timeout, "\"late\""}, 1500ms);
    trace.on_settled(trace::clock::time_point(1s), {});
    const auto one = send(card::card_kind::imsi, {"460040260908677", "460040260908676"});
    const carrier::reply reply{"10", "请求参数不正确", {}, false};
    trace.on_reply(one, http(200, "x"), &reply);
    card::card_outcome row;
    row.line = 12;
    row.number = "460040260908676";
    row.outcome = card::outcome_kind::refused;
    row.status = "10";
    row.message = "no";
    trace.on_outcome(row);
    const auto text = finish();

    story_builder builder("460040260908676");
    line_splitter splitter([&](std::string_view line) { builder.add(line); });
    splitter.feed(text);
    EXPECT_EQ(builder.damaged(), 0U);
    ASSERT_THAT(builder.stories(), SizeIs(2)) << "in this test the card stands on two lines";
    const auto& failed = builder.stories()[0].attempts.at(0);
    EXPECT_EQ(failed.at, "1970-01-01T00:00:01.500Z");
    EXPECT_EQ(failed.transid, "T1");
    EXPECT_EQ(failed.connection, 7U);
    EXPECT_EQ(failed.duration_ms, 1500.0);
    EXPECT_EQ(failed.meaning, "timeout");
    EXPECT_EQ(failed.stage, "read");
    EXPECT_EQ(failed.detail, "\"late\"");
    EXPECT_NE(failed.held_until, "");
    const auto& story = builder.stories()[1];
    EXPECT_EQ(story.kind, "imsi");
    EXPECT_EQ(story.attempts.at(0).cards, 2U);
    EXPECT_EQ(story.attempts.at(0).message, "请求参数不正确");
    EXPECT_EQ(story.attempts.at(0).items, 0U);
    EXPECT_EQ(story.rows.at(0).line, 12U);
    EXPECT_EQ(story.rows.at(0).status, "10");
    EXPECT_EQ(story.rows.at(0).attempt, 2U);
}

}  // namespace
}  // namespace cardresolver::run
