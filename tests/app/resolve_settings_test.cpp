#include "app/resolve_settings.hpp"

#include "app/options/environment.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace cardresolver::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using words = std::vector<std::string>;

struct outcome {
    std::optional<run::settings> settings;
    std::vector<option_fault> faults;
    std::string digest;
};

class resolve_settings : public testing::Test {
protected:
    resolve_settings() { clear(); }
    ~resolve_settings() override { clear(); }
    static void clear() {
        for (const auto& name : variables_with_prefix("CARDRESOLVER_"))
            ::unsetenv(name.c_str());
        ::unsetenv("CREDENTIALS_DIRECTORY");
    }

    static outcome make(const words& line) {
        const auto reading = read_options(line, resolve_option_table());
        EXPECT_TRUE(reading.faults.empty()) << reading.faults.front().message;
        outcome result;
        result.settings = make_run_settings(reading, result.faults);
        if (result.settings) result.digest = config_digest(*result.settings);
        return result;
    }

    static int status_of(const outcome& one) { return to_status(worst_of(one.faults)); }

    /// `line` with an account.
    words with_account(words line) const {
        for (const auto& word :
             {std::string("--appid"), std::string("5"), std::string("--ebid"), std::string("6"),
              std::string("--password-file"), folder_.write("password", "of-file\n")}) {
            line.push_back(word);
        }
        return line;
    }

    support::temporary_folder folder_;
};

TEST_F(resolve_settings, say_all_that_the_account_lacks) {
    const auto none = make({});
    EXPECT_FALSE(none.settings);
    ASSERT_EQ(none.faults.size(), 3U);
    EXPECT_EQ(status_of(none), 78);
    EXPECT_THAT(none.faults[0].message, HasSubstr("CARDRESOLVER_APPID"));
    EXPECT_THAT(none.faults[1].message, HasSubstr("--ebid"));
    for (const auto* way :
         {"CARDRESOLVER_PASSWORD", "--password-file", "CREDENTIALS_DIRECTORY", "configuration file"}) {
        EXPECT_THAT(none.faults[2].message, HasSubstr(way));
    }
}

TEST_F(resolve_settings, look_for_the_password_in_order) {
    const auto config = folder_.write("c.toml", "password = \"of-config\"\n");
    const words account{"--appid", "5", "--ebid", "6", "--config", config};
    const auto password = [](const words& line) {
        return std::string(make(line).settings->account.password.reveal());
    };
    EXPECT_EQ(password(account), "of-config");
    ::setenv("CREDENTIALS_DIRECTORY", folder_.path_of("").c_str(), 1);
    EXPECT_EQ(password(account), "of-config");
    folder_.write("password", "of-credentials\n", 0440);
    EXPECT_EQ(password(account), "of-credentials");
    auto with_file = account;
    with_file.insert(with_file.end(), {"--password-file", folder_.write("p", "of-file\n")});
    EXPECT_EQ(password(with_file), "of-file");
    ::setenv("CARDRESOLVER_PASSWORD", "of-environment", 1);
    EXPECT_EQ(password(with_file), "of-environment");
}

TEST_F(resolve_settings, refuse_an_open_password_file) {
    const auto open =
        make({"--appid", "5", "--ebid", "6", "--password-file", folder_.write("p", "x\n", 0644)});
    ASSERT_EQ(open.faults.size(), 1U);
    EXPECT_EQ(status_of(open), 78);
}

TEST_F(resolve_settings, of_the_built_in_carrier_need_no_account_and_no_limit) {
    const auto simulated = make({"--base-url", "simulator"});
    ASSERT_TRUE(simulated.settings);
    EXPECT_EQ(simulated.settings->account.appid, "100001");
    EXPECT_EQ(simulated.settings->account.ebid, "2300000000000001");
    EXPECT_EQ(simulated.settings->account.password.reveal(), "simulator");
    EXPECT_TRUE(simulated.settings->dispatch.pace.is_unlimited());
    using limits = std::vector<dispatch::rate_limit>;
    EXPECT_EQ(make({"--base-url", "simulator", "--rate", "7/s"}).settings->dispatch.pace.limits,
              limits({{7, 1s}}));
    EXPECT_EQ(make(with_account({})).settings->dispatch.pace.limits, limits({{10, 1s}}));
}

TEST_F(resolve_settings, have_the_whole_pace) {
    const auto pace = make(with_account({"--rate", "50/s", "--rate", "auto", "--rate", "1000000/d",
                                         "--min-rtt", "20ms", "--day-starts", "08:30"}))
                          .settings->dispatch.pace;
    EXPECT_EQ(pace.limits, (std::vector<dispatch::rate_limit>{{50, 1s}, {1'000'000, 24h, true}}));
    EXPECT_TRUE(pace.finds_limit);
    EXPECT_EQ(pace.pacing, dispatch::pacing_kind::strict);
    EXPECT_EQ(pace.min_rtt, 20ms);
    EXPECT_EQ(pace.day_starts, 8h + 30min);
    const auto smooth =
        make(with_account({"--pacing", "smooth", "--rate", "unlimited"})).settings->dispatch.pace;
    EXPECT_EQ(smooth.pacing, dispatch::pacing_kind::smooth);
    EXPECT_TRUE(smooth.is_unlimited());
}

TEST_F(resolve_settings, refuse_a_round_trip_that_smooth_pacing_would_not_use) {
    const auto both = make(with_account({"--pacing", "smooth", "--min-rtt", "20ms"}));
    ASSERT_EQ(both.faults.size(), 1U);
    EXPECT_EQ(status_of(both), 64);
    EXPECT_THAT(both.faults[0].message, HasSubstr("--min-rtt"));
}

TEST_F(resolve_settings, have_the_schedule_of_the_file) {
    const auto config = folder_.write("c.toml", "[[schedule]]\nto = \"06:00\"\nrate = \"off\"\n");
    const auto with = make({"--base-url", "simulator", "--config", config});
    EXPECT_FALSE(with.settings->schedule.in_force({}, {0, 5h}));
    EXPECT_TRUE(with.settings->schedule.in_force({}, {0, 6h}));
    EXPECT_TRUE(make({"--base-url", "simulator"}).settings->schedule.is_empty());
}

TEST_F(resolve_settings, know_when_the_deadline_is) {
    const std::chrono::system_clock::time_point now(1'769'810'400s);  // 2026-01-30T22:00:00Z
    const auto deadline = [&](const char* text) {
        std::vector<option_fault> faults;
        const auto reading =
            read_options(words{"--base-url", "simulator", "--deadline", text}, resolve_option_table());
        const auto settings = make_run_settings(reading, faults, now);
        EXPECT_TRUE(faults.empty()) << faults.front().message;
        return settings->deadline;
    };
    EXPECT_EQ(deadline("90m"), now + 90min);
    EXPECT_EQ(deadline("2026-01-31T06:00:01+08:00"), now + 1s);
    EXPECT_GT(*deadline("06:00"), now);
    EXPECT_FALSE(make({"--base-url", "simulator"}).settings->deadline);
}

TEST_F(resolve_settings, refuse_a_deadline_that_has_passed) {
    for (const auto* text : {"2026-01-31T06:00:00+08:00", "0s"}) {
        const auto past = make({"--base-url", "simulator", "--deadline", text});
        ASSERT_EQ(past.faults.size(), 1U);
        EXPECT_EQ(status_of(past), 64);
        EXPECT_THAT(past.faults[0].message, HasSubstr(std::string("--deadline: '") + text + "' is 20"));
        EXPECT_THAT(past.faults[0].message, HasSubstr("which has passed: it is 20"));
    }
}

TEST_F(resolve_settings, refuse_plaintext_unless_allowed) {
    EXPECT_EQ(status_of(make(with_account({"--base-url", "http://h"}))), 64);
    EXPECT_TRUE(make(with_account({"--base-url", "http://h", "--allow-plaintext"})).settings);
}

TEST_F(resolve_settings, choose_the_format_by_the_ending) {
    const auto format = [&](words line) { return make(with_account(std::move(line))).settings->format; };
    EXPECT_EQ(format({}), sink::output_format::csv);
    EXPECT_EQ(format({"-o", "rows.ndjson"}), sink::output_format::ndjson);
    EXPECT_EQ(format({"-o", "rows.ndjson", "--output-format", "csv"}), sink::output_format::csv);
    EXPECT_EQ(format({"--output-format", "ndjson"}), sink::output_format::ndjson);
    EXPECT_EQ(format({"-o", "rows.ndjson.gz"}), sink::output_format::ndjson);
    EXPECT_EQ(format({"-o", "rows.CSV.ZST"}), sink::output_format::csv);
    EXPECT_EQ(format({"-o", "rows.zst", "--output-format", "ndjson"}), sink::output_format::ndjson);
    EXPECT_EQ(format({"--excel-safe"}), sink::output_format::spreadsheet_csv);
    EXPECT_EQ(format({"--excel-safe", "-o", "rows.ndjson"}), sink::output_format::ndjson);
}

TEST_F(resolve_settings, keep_files_apart) {
    const auto list = folder_.write("list.txt", "13800000001\n");
    EXPECT_EQ(status_of(make(with_account({list, "-o", list, "--force"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--summary", "-"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "-o", "rows.csv", "--summary", "rows.csv"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--summary", folder_.path_of("absent/s.json")}))), 73);
    EXPECT_EQ(status_of(make(with_account({list, "--failures", list, "--force"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--summary", list}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "-o", "a.csv", "--failures", "./a.csv"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--failures", "f", "--summary", "f"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--failures", "-"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "-o", "a", "--failures", "-", "--summary", "-"}))), 64);
    EXPECT_TRUE(make(with_account({list, "-o", "a.csv", "--failures", "-"})).settings);
    EXPECT_TRUE(make(with_account({list, "-o", "/dev/null", "--failures", "/dev/null"})).settings);
    EXPECT_TRUE(make(with_account({list, "-o", "rows.csv", "--summary", "-"})).settings);
}

TEST_F(resolve_settings, of_the_list_of_failures) {
    EXPECT_FALSE(make(with_account({})).settings->failures);
    const auto made = make(with_account({"--failures", "f.csv", "--force", "-o", "rows.ndjson"}));
    EXPECT_EQ(made.settings->failures->target, "f.csv");
    EXPECT_TRUE(made.settings->failures->force);
    EXPECT_EQ(made.settings->failures_format, sink::output_format::csv);
    EXPECT_EQ(make(with_account({"--failures", "f.csv", "--excel-safe", "-o", "r.ndjson"}))
                  .settings->failures_format,
              sink::output_format::spreadsheet_csv);
}

TEST_F(resolve_settings, of_the_input) {
    const auto made =
        make(with_account({"--input-format", "ndjson", "--input-encoding", "gb18030", "--column", "x"}));
    ASSERT_TRUE(made.settings);
    EXPECT_EQ(made.settings->input.format, source::input_format::ndjson);
    EXPECT_EQ(made.settings->input.encoding, source::input_encoding::gb18030);
    EXPECT_EQ(made.settings->input.column, "x");
    EXPECT_FALSE(made.settings->keeps_columns);
    EXPECT_TRUE(make(with_account({"--keep-columns"})).settings->keeps_columns);
}

TEST_F(resolve_settings, of_order_and_stop) {
    EXPECT_FALSE(make(with_account({})).settings->in_input_order);
    EXPECT_FALSE(make(with_account({})).settings->max_failures);
    EXPECT_TRUE(make(with_account({"--order", "input"})).settings->in_input_order);
    EXPECT_EQ(make(with_account({"--max-failures", "7"})).settings->max_failures,
              run::failure_limit::count(7));
}

TEST_F(resolve_settings, give_the_trace_a_place_of_its_own) {
    const auto list = folder_.write("list", "1");
    EXPECT_EQ(status_of(make(with_account({list, "--trace", "-"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--trace", "/dev/stdout"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "-o", "r.csv", "--summary", "-", "--trace", "-"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--trace", list}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "-o", "r.csv", "--trace", "r.csv"}))), 64);
    EXPECT_EQ(status_of(make(with_account({list, "--summary", "s.json", "--trace", "s.json"}))), 64);
    const auto made = make(with_account({list, "-o", "r.csv", "--trace", "-", "--trace-numbers"}));
    ASSERT_TRUE(made.settings && made.settings->trace);
    EXPECT_TRUE(made.settings->trace->shows_numbers);
    EXPECT_EQ(made.digest, make(with_account({list, "-o", "r.csv"})).digest) << "it alters no row";
    EXPECT_FALSE(make(with_account({list, "--trace-numbers"})).settings->trace);
}

TEST_F(resolve_settings, digest_changes_with_what_alters_rows_alone) {
    const auto digest = [&](words line) { return make(with_account(std::move(line))).digest; };
    const auto plain = digest({});
    EXPECT_EQ(plain.size(), 64U);
    EXPECT_EQ(digest({"--rate", "3/s", "--attempts", "9", "--method", "post-form"}), plain);
    for (const words& line : {words{"--kind", "imsi"}, words{"--pad-iccid"}, words{"--column", "x"},
                              words{"--input-format", "csv"}, words{"--input-format", "ndjson"},
                              words{"--input-encoding", "gb18030"}, words{"--input-encoding", "utf-8"},
                              words{"--output-format", "ndjson"}, words{"--excel-safe"},
                              words{"--keep-columns"}, words{"--base-url", "https://other"}}) {
        EXPECT_NE(digest(line), plain) << line[0];
    }
}

}  // namespace
}  // namespace cardresolver::app
