// The whole pipeline in one process, over real sockets and TLS, against the built-in carrier.
#include "run/resolve_run.hpp"

#include "run/carrier_link.hpp"
#include "run/summary.hpp"
#include "simulator/simulator.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdlib.h>

namespace cardresolver::run {
namespace {

using namespace std::chrono_literals;

class resolve_run_test : public testing::Test {
protected:
    resolve_run_test() {
        std::string name = (std::filesystem::temp_directory_path() / "cardresolver-run-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        carrier_.listen = "127.0.0.1:0";
    }
    ~resolve_run_test() override { std::filesystem::remove_all(folder_); }

    void write_list(int cards) {
        std::ofstream list(folder_ / "list.txt");
        for (int i = 0; i < cards; ++i)
            list << 1'064'800'000'000LL + i << '\n';
    }

    settings make_settings(const simulator::server& carrier) const {
        settings settings;
        settings.input.path = (folder_ / "list.txt").string();
        settings.output.target = (folder_ / "rows.csv").string();
        std::string error;
        settings.url = *carrier::parse_base_url(carrier.url(), error);
        settings.account = {carrier_.appid, carrier_.ebid, carrier::secret(carrier_.password)};
        settings.client.ca_pem = carrier.ca_pem();
        settings.client.request_timeout = 2s;
        settings.dispatch.pace.limits.clear();
        settings.dispatch.attempts = 20;
        return settings;
    }

    /// Lines of the rows, each once; fails where one is twice.
    std::set<std::uint64_t> lines_of_rows() const {
        std::set<std::uint64_t> lines;
        std::ifstream rows(folder_ / "rows.csv");
        std::string row;
        std::getline(rows, row);
        EXPECT_EQ(row, "line,number,kind,outcome,iccid,msisdn,imsi,status,message");
        while (std::getline(rows, row))
            EXPECT_TRUE(lines.insert(std::stoull(row)).second) << row;
        return lines;
    }

    /// A run that was told to end while requests were in flight.
    statistics drain_half_way(const simulator::server& carrier) {
        write_list(100'000);
        net::asio::io_context context(1);
        resolve_run run(context, make_settings(carrier));
        steady_timer poll(context.get_executor());
        std::function<void()> watch = [&] {
            if (run.snapshot().rows() > 0) return run.drain();
            poll.expires_after(1ms);
            poll.async_wait([&](boost::system::error_code) { watch(); });
        };
        watch();
        EXPECT_EQ(run.execute().end, run_end::drained);
        return run.snapshot();
    }

    std::filesystem::path folder_;
    simulator::settings carrier_;
};

TEST_F(resolve_run_test, answers_every_line_by_full_requests) {
    write_list(2'050);
    const simulator::server carrier(carrier_);
    net::asio::io_context context(1);
    resolve_run run(context, make_settings(carrier));
    const auto result = run.execute();
    EXPECT_EQ(result.end, run_end::complete) << result.message;
    const auto counts = run.snapshot();
    EXPECT_EQ(counts.count_of(card::outcome_kind::resolved), 2'050U);
    EXPECT_EQ(counts.requests.answered, 21U);
    EXPECT_EQ(counts.cards_asked, 2'050U);
    EXPECT_EQ(lines_of_rows().size(), 2'050U);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv.partial"));
    EXPECT_GT(counts.network.bytes_received, 100'000U);
    EXPECT_EQ(run.details().latency.count(), 21U);
    EXPECT_NE(format_summary({}, result, run).find("\"answered\": 21"), std::string::npos);
}

TEST_F(resolve_run_test, NW3_HT1_JS1_AP1_survives_every_fault_at_once) {
    write_list(20'000);
    for (const char* fault : {"busy", "http-500", "reset", "truncate", "malformed", "html", "missing-item",
                              "repeated-item", "extra-item", "null-result", "missing-comma"}) {
        carrier_.faults.emplace_back(fault, 0.02);
    }
    carrier_.faults.emplace_back("shuffled", 1.0);
    carrier_.faults.emplace_back("number-status", 0.5);
    carrier_.faults.emplace_back("upper-keys", 0.5);
    const simulator::server carrier(carrier_);
    net::asio::io_context context(1);
    resolve_run run(context, make_settings(carrier));
    const auto result = run.execute();
    EXPECT_EQ(result.end, run_end::complete) << result.message;
    EXPECT_EQ(run.snapshot().count_of(card::outcome_kind::resolved), 20'000U);
    EXPECT_EQ(lines_of_rows().size(), 20'000U);
}

TEST_F(resolve_run_test, asks_nothing_after_its_deadline_and_goes_on_later) {
    write_list(500);
    const simulator::server carrier(carrier_);
    auto settings = make_settings(carrier);
    settings.deadline = std::chrono::system_clock::now() - 1s;
    {
        net::asio::io_context context(1);
        resolve_run run(context, settings);
        const auto result = run.execute();
        EXPECT_EQ(result.end, run_end::deadline);
        EXPECT_TRUE(result.is_resumable);
        EXPECT_EQ(run.snapshot().requests.sent, 0U);
        EXPECT_NE(format_summary({}, result, run).find("\"stopped\""), std::string::npos);
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv"));
    settings.deadline = std::chrono::system_clock::now() + 24h;
    net::asio::io_context context(1);
    resolve_run run(context, settings);
    EXPECT_EQ(run.execute().end, run_end::complete);
    EXPECT_EQ(lines_of_rows().size(), 500U);
}

TEST_F(resolve_run_test, AP9_stops_where_the_password_is_wrong_and_leaves_no_output) {
    write_list(500);
    const simulator::server carrier(carrier_);
    auto settings = make_settings(carrier);
    settings.account.password = carrier::secret("wrong");
    net::asio::io_context context(1);
    resolve_run run(context, settings);
    const auto result = run.execute();
    EXPECT_EQ(result.end, run_end::carrier_stop);
    ASSERT_TRUE(result.stop);
    EXPECT_EQ(result.stop->reason, dispatch::stop_reason::account_refused);
    EXPECT_LE(run.snapshot().requests.sent, 3U);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv"));
}

TEST_F(resolve_run_test, TL1_stops_where_the_certificate_is_not_trusted) {
    write_list(1);
    const simulator::server carrier(carrier_);
    const simulator::server other(carrier_);
    auto settings = make_settings(carrier);
    settings.client.ca_pem = other.ca_pem();
    net::asio::io_context context(1);
    resolve_run run(context, settings);
    const auto result = run.execute();
    ASSERT_TRUE(result.stop);
    EXPECT_EQ(result.stop->reason, dispatch::stop_reason::certificate_refused);
    EXPECT_EQ(run.snapshot().requests.sent, 0U);
}

TEST_F(resolve_run_test, NW2_gives_up_on_a_carrier_that_is_never_reached_and_leaves_no_output) {
    write_list(1);
    std::string url;
    {
        const simulator::server gone(carrier_);
        url = gone.url();
    }
    const simulator::server carrier(carrier_);
    auto settings = make_settings(carrier);
    std::string error;
    settings.url = *carrier::parse_base_url(url, error);
    settings.dispatch.give_up_after = 300ms;
    net::asio::io_context context(1);
    resolve_run run(context, settings);
    const auto result = run.execute();
    ASSERT_EQ(result.end, run_end::carrier_stop);
    EXPECT_EQ(result.stop->reason, dispatch::stop_reason::never_reached);
    EXPECT_NE(result.message.find("refused"), std::string::npos) << result.message;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv"));
}

TEST_F(resolve_run_test, IN1_tells_an_empty_list_from_one_without_a_card) {
    const simulator::server carrier(carrier_);
    struct row {
        const char* text;
        run_end end;
        const char* message;
    };
    for (const auto& [text, end, message] :
         {row{"\n \n", run_end::empty_input, ""},
          row{"\n__\nx\n", run_end::no_valid_card, "line 2: contains '_'"}}) {
        std::ofstream(folder_ / "list.txt") << text;
        net::asio::io_context context(1);
        resolve_run run(context, make_settings(carrier));
        const auto result = run.execute();
        EXPECT_EQ(result.end, end) << text;
        EXPECT_EQ(result.message.substr(0, std::strlen(message)), message);
        EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv"));
        EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv.partial"));
    }
}

TEST_F(resolve_run_test, PR3_drains_and_keeps_the_rows_that_were_answered) {
    carrier_.latency = 20ms;
    const simulator::server carrier(carrier_);
    const auto counts = drain_half_way(carrier);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.csv"));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "rows.csv.partial"));
    EXPECT_EQ(counts.rows(), counts.cards_asked) << "what was in flight was awaited";
}

/// Its list, a query of a database, may take a while to open: that time is not the run's.
TEST_F(resolve_run_test, knows_what_was_done_before_and_lets_no_time_pass_until_it_starts) {
    carrier_.latency = 20ms;
    const simulator::server carrier(carrier_);
    const auto counts = drain_half_way(carrier);
    net::asio::io_context context(1);
    const resolve_run run(context, make_settings(carrier));
    const auto first = run.snapshot();
    EXPECT_EQ(first.rows(), counts.rows());
    EXPECT_EQ(first.requests.sent, counts.requests.sent);
    EXPECT_EQ(run.snapshot().elapsed, first.elapsed);
}

}  // namespace
}  // namespace cardresolver::run
