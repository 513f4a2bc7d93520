#include "run/trace.hpp"

#include "run/trace_fixture.hpp"

#include <gmock/gmock.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class trace_test : public trace_fixture {
protected:
    card::card_outcome row(card::outcome_kind kind, std::string_view number, std::string_view status) {
        card::card_outcome row;
        row.line = 11;
        row.number = number;
        row.outcome = kind;
        row.status = status;
        row.message = "a message";
        return row;
    }
};

constexpr std::string_view first =
    R"("attempt":1,"at":"1970-01-01T00:00:01.500Z","transid":"T1","connection":7,)";

TEST_F(trace_test, begins_with_what_was_run_and_how) {
    settings run;
    run.canonical.pad_iccid = true;
    run.dispatch.pace.limits = {dispatch::rate_limit{50, 1s}};
    run.client.request_timeout = 25s;
    run.account.password = carrier::secret("canary");
    open().on_start(run, {}, false);
    EXPECT_EQ(finish(),
              "{\"event\":\"run\",\"version\":\"1.2.3\",\"started_at\":\"1970-01-01T00:00:00.000Z\","
              "\"numbers\":\"masked\",\"kind\":\"auto\",\"pad_iccid\":true,\"batch_size\":100,"
              "\"rate\":\"50/s\",\"attempts\":6,\"request_timeout_ms\":25000.000}\n");
}

TEST_F(trace_test, tells_an_answered_attempt_and_the_rows_that_it_decides) {
    auto& trace = open();
    const auto one = send(card::card_kind::msisdn, {"1064826090209"});
    const std::vector<carrier::reply_item> items{{"0", "ok", "898602B2221430000006", "", "1064826090209"}};
    const carrier::reply reply{"0", "ok", items, false};
    trace.on_reply(one, http(200, "0123456789"), &reply);
    trace.on_outcome(row(card::outcome_kind::resolved, "1064826090209", "0"));
    trace.on_settled(std::nullopt, {});
    trace.on_outcome(row(card::outcome_kind::invalid, "rubbish", ""));
    EXPECT_EQ(
        finish(),
        "{\"event\":\"attempt\"," + std::string(first) +
            "\"kind\":\"msisdn\",\"cards\":1,\"duration_ms\":12.340,\"http\":200,\"bytes\":10,\"class\":"
            "\"answered\",\"status\":\"0\",\"items\":1,\"lines\":[11],\"numbers\":[\"106482***0209\"]}\n"
            "{\"event\":\"row\",\"line\":11,\"number\":\"106482***0209\",\"outcome\":\"resolved\","
            "\"status\":\"0\",\"attempt\":1}\n"
            "{\"event\":\"row\",\"line\":11,\"number\":\"***bish\",\"outcome\":\"invalid\",\"status\":"
            "\"\",\"message\":\"a message\"}\n");
    EXPECT_THAT(rows_, ElementsAre(11, 11)) << "and hands the rows on";
}

TEST_F(trace_test, shows_whole_numbers_where_it_may) {
    settings_.shows_numbers = true;
    auto& trace = open();
    trace.on_failure(send(card::card_kind::imsi, {"460040260908676", "5"}),
                     {card::failure_stage::read, card::failure_kind::timeout, "late"}, 2s);
    EXPECT_THAT(finish(), HasSubstr(R"("lines":[11,12],"numbers":["460040260908676","5"]})"));
}

TEST_F(trace_test, names_every_failure_as_the_rows_do) {
    using card::failure_kind;
    auto& trace = open();
    const std::pair<failure_kind, std::string_view> names[] = {
        {failure_kind::timeout, "timeout"},   {failure_kind::cancelled, "cancelled"},
        {failure_kind::closed, "connection"}, {failure_kind::stale, "stale"},
        {failure_kind::tls, "connection"},    {failure_kind::protocol, "malformed"},
        {failure_kind::local, "connection"},  {failure_kind::unreachable, "connection"}};
    for (const auto& [kind, name] : names)
        trace.on_failure(send(card::card_kind::imsi, {"5"}), {card::failure_stage::read, kind}, 1ms);
    std::istringstream lines(finish());
    for (const auto& [kind, name] : names) {
        std::string line;
        std::getline(lines, line);
        EXPECT_THAT(line,
                    HasSubstr("\"class\":\"" + std::string(name) + "\",\"stage\":\"read\",\"failure\":\"" +
                              std::string(card::to_string(kind)) + "\""));
    }
}

TEST_F(trace_test, says_why_a_reply_was_none) {
    auto& trace = open();
    trace.on_reply(send(card::card_kind::imsi, {"5"}), http(200, "<html>\x1B \"busy\""), nullptr);
    trace.on_reply(send(card::card_kind::imsi, {"5"}), http(200, "{\"status\":"), nullptr);
    trace.on_reply(send(card::card_kind::imsi, {"5"}), http(503, "Unavailable"), nullptr);
    const auto text = finish();
    EXPECT_THAT(text,
                HasSubstr(R"("http":200,"bytes":14,"class":"malformed","body_head":"<html>\\x1B \"busy\"")"));
    EXPECT_THAT(text, HasSubstr(R"("http":200,"bytes":10,"class":"malformed","lines")"))
        << "cards may be in it";
    EXPECT_THAT(text, HasSubstr(R"("http":503,"bytes":11,"class":"http","body_head":"Unavailable")"));
}

TEST_F(trace_test, names_the_cards_whose_own_item_asks_for_patience) {
    auto& trace = open();
    const auto one = send(card::card_kind::msisdn, {"1064826090209", "1064826090210", "1064826090211"});
    const std::vector<carrier::reply_item> items{{"73", "busy", "", "", "1064826090210"},
                                                 {"0", "ok", "", "", "1064826090209"},
                                                 {"25", "no", "", "", "1064826090211"},
                                                 {"73", "busy", "", "", "1064826099999"}};
    const carrier::reply reply{"0", "ok", items, false};
    trace.on_reply(one, http(200, ""), &reply);
    EXPECT_THAT(finish(),
                HasSubstr(R"("again":[{"line":12,"status":"73"},{"line":11,"status":"0"}],"lines")"));
}

TEST_F(trace_test, takes_hostile_bytes_of_the_carrier) {
    auto& trace = open();
    const carrier::reply reply{"9\"\x01", "\xFF\n} 898602B2221430000006", {}, false};
    trace.on_reply(send(card::card_kind::imsi, {"5"}), http(200, ""), &reply);
    EXPECT_THAT(finish(),
                HasSubstr("\"class\":\"unknown\",\"status\":\"9\\\"\uFFFD\",\"items\":0,\"message\":"
                          "\"\uFFFD\uFFFD} ********************\""));
}

TEST_F(trace_test, tells_of_connections_holds_and_discarded_replies) {
    auto& trace = open();
    trace.on_opened(1, 2ms);
    trace.on_open_failed(2, {card::failure_stage::connect, card::failure_kind::unreachable, "refused"}, 3ms);
    const auto one = send(card::card_kind::imsi, {"5"});
    trace.on_reply(one, http(200, ""), nullptr);
    trace.on_discarded(one);
    const trace::clock::time_point now{};
    trace.on_settled(now + 5s, now);
    trace.on_settled(now + 5s, now + 1s);
    trace.on_closed(1);
    const auto text = finish();
    EXPECT_THAT(text, HasSubstr(R"("connection":1,"state":"opened","duration_ms":2.000})"));
    EXPECT_THAT(text, HasSubstr(R"("connection":2,"state":"failed","duration_ms":3.000,"stage":"connect",)"
                                R"("failure":"unreachable","detail":"refused"})"));
    EXPECT_THAT(text, HasSubstr("{\"event\":\"discarded\",\"attempt\":1}\n"));
    EXPECT_THAT(text, EndsWith("\"connection\":1,\"state\":\"closed\"}\n"));
    const auto hold = text.find("\"event\":\"hold\"");
    ASSERT_NE(hold, std::string::npos);
    EXPECT_EQ(text.find("\"event\":\"hold\"", hold + 1), std::string::npos) << "the same hold is told once";
}

TEST_F(trace_test, DK2_says_once_that_it_cannot_be_written_and_lets_the_rows_go_on) {
    settings_.target = "/dev/full";
    auto& trace = open();
    trace.on_closed(1);
    trace.flush();
    wait_until([&] {
        trace.look_for_fault();
        return !faults_.empty();
    });
    trace.on_outcome(row(card::outcome_kind::failed, "5", "timeout"));
    EXPECT_FALSE(trace.has_unflushed()) << "nothing is formatted any more";
    trace.finish();
    wait_until([&] { return trace.is_finished(); });
    trace.look_for_fault();
    EXPECT_THAT(faults_, ElementsAre(HasSubstr("the trace '/dev/full': cannot be written: No space")));
    EXPECT_THAT(rows_, ElementsAre(11));
}

TEST_F(trace_test, ignores_what_comes_after_its_end) {
    auto& trace = open();
    trace.on_closed(1);
    const auto text = finish();
    trace.on_closed(2);
    EXPECT_EQ(content(), text);
}

// The file.

std::filesystem::perms mode_of(const std::string& path) {
    return std::filesystem::status(path).permissions();
}

constexpr auto owner_alone = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

TEST_F(trace_test, is_its_owners_alone) {
    open().on_closed(1);
    finish();
    EXPECT_EQ(mode_of(settings_.target), owner_alone);
}

TEST_F(trace_test, takes_over_an_earlier_one_with_its_first_event) {
    std::ofstream(settings_.target) << std::string(5'000, '#');
    std::filesystem::permissions(settings_.target, std::filesystem::perms::all);
    auto& trace = open();
    EXPECT_EQ(content().size(), 5'000U) << "a run that cannot start does not cost it";
    trace.on_start({}, {}, false);
    EXPECT_THAT(finish(), StartsWith("{\"event\":\"run\""));
    EXPECT_THAT(content(), Not(HasSubstr("#")));
    EXPECT_EQ(mode_of(settings_.target), owner_alone);
}

TEST_F(trace_test, PR1_follows_the_events_of_the_process_whose_work_goes_on) {
    for (const std::string before : {"", "{}\n", "{}\n{\"event\":\"ro"}) {
        std::ofstream(settings_.target) << before;
        open().on_start({}, {}, true);
        const auto is_cut_off = !before.empty() && before.back() != '\n';
        EXPECT_THAT(finish(), StartsWith(before + (is_cut_off ? "\n" : "") + "{\"event\":\"run\""));
        EXPECT_EQ(mode_of(settings_.target), owner_alone);
    }
}

TEST_F(trace_test, is_refused_where_another_run_is_writing_it_or_there_is_no_such_folder) {
    open();
    const auto kind_of_refusal = [&](const std::string& target) {
        const auto other = trace_settings{target, false, "", {}};
        try {
            const trace refused(other, catalogue_, *this, [] {});
        } catch (const sink::output_error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_THAT(kind_of_refusal(settings_.target), HasSubstr("another run is writing it"));
    EXPECT_THAT(kind_of_refusal("/no/such/folder/trace"), HasSubstr("cannot be opened: No such file"));
    EXPECT_THAT(kind_of_refusal(folder_.string()), HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace cardresolver::run
