#include "app/options/option_reader.hpp"

#include "app/options/environment.hpp"
#include "run/rate_text.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace cardresolver::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using words = std::vector<std::string>;

/// Starts and ends without variables of ours.
class option_reader : public testing::Test {
protected:
    option_reader() { clear(); }
    ~option_reader() override { clear(); }

    static void clear() {
        for (const auto& name : variables_with_prefix("CARDRESOLVER_"))
            ::unsetenv(name.c_str());
    }
    static void set(const char* name, const char* value) { ::setenv(name, value, 1); }

    option_reading read(const words& line) const { return read_options(line, resolve_option_table()); }

    static std::vector<std::string> messages(const option_reading& reading) {
        std::vector<std::string> texts;
        for (const auto& fault : reading.faults)
            texts.push_back(fault.message);
        return texts;
    }

    support::temporary_folder folder_;
};

TEST_F(option_reader, every_default_is_valid) {
    for (const auto table : {resolve_option_table(), token_option_table(), simulate_option_table()}) {
        for (const auto& option : table) {
            if (option.initial.empty()) continue;
            command_options options;
            EXPECT_EQ(option.apply(option.initial, options), "") << option.name;
        }
    }
}

TEST_F(option_reader, defaults_are_the_documented_ones) {
    const auto reading = read({});
    const auto& options = reading.options;
    EXPECT_THAT(messages(reading), IsEmpty());
    EXPECT_EQ(options.input, "-");
    EXPECT_EQ(options.output, "-");
    EXPECT_EQ(options.base_url->host, "api.iot.10086.cn");
    EXPECT_EQ(options.batch_size, 100U);
    EXPECT_EQ(options.attempts, 6U);
    EXPECT_EQ(options.linger, std::chrono::seconds(1));
    EXPECT_EQ(options.rate.limits, std::vector{dispatch::rate_limit()});
    EXPECT_EQ(options.pacing, dispatch::pacing_kind::strict);
    EXPECT_EQ(options.min_rtt.count(), 0);
    EXPECT_EQ(options.day_starts.count(), 0);
    EXPECT_EQ(options.state_dir, "");
    EXPECT_FALSE(options.deadline);
    EXPECT_EQ(options.connect_timeout, std::chrono::seconds(10));
    EXPECT_EQ(options.request_timeout, std::chrono::seconds(25));
    EXPECT_EQ(options.give_up_after, std::chrono::minutes(2));
    EXPECT_FALSE(options.connections);
    EXPECT_FALSE(options.kind);
    EXPECT_FALSE(reading.is_given("rate"));
}

TEST_F(option_reader, flag_beats_environment_beats_file_beats_default) {
    const auto file = folder_.write("c.toml", "batch-size = 20\nattempts = 20\nlinger = \"20s\"\n");
    set("CARDRESOLVER_BATCH_SIZE", "30");
    set("CARDRESOLVER_ATTEMPTS", "30");
    const auto reading = read({"--config", file, "--batch-size", "40"});
    EXPECT_THAT(messages(reading), IsEmpty());
    EXPECT_EQ(reading.options.batch_size, 40U);
    EXPECT_EQ(reading.options.attempts, 30U);
    EXPECT_EQ(reading.options.linger, std::chrono::seconds(20));
    EXPECT_EQ(reading.options.request_timeout, std::chrono::seconds(25));
    EXPECT_TRUE(reading.is_given("linger"));
}

TEST_F(option_reader, a_switch_can_be_taken_back) {
    set("CARDRESOLVER_FORCE", "true");
    EXPECT_TRUE(read({}).options.force);
    EXPECT_FALSE(read({"--force=false"}).options.force);
    set("CARDRESOLVER_FORCE", "perhaps");
    EXPECT_THAT(messages(read({})), ElementsAre("CARDRESOLVER_FORCE: 'perhaps': expected true or false"));
}

TEST_F(option_reader, input_and_config_come_from_the_environment_too) {
    set("CARDRESOLVER_INPUT", "list.txt");
    set("CARDRESOLVER_CONFIG", folder_.write("c.toml", "batch-size = 7\n").c_str());
    const auto reading = read({});
    EXPECT_EQ(reading.options.input, "list.txt");
    EXPECT_EQ(reading.options.batch_size, 7U);
}

TEST_F(option_reader, reports_all_faults_with_their_source) {
    const auto file = folder_.write("c.toml", "batch-size = 0\nrate = \"fast\"\n");
    set("CARDRESOLVER_LINGER", "soon");
    const auto reading = read({"--config", file, "--attempts", "0"});
    EXPECT_THAT(messages(reading),
                ElementsAre(HasSubstr("c.toml:1:14: batch-size: '0': expected a whole number from 1 to 100"),
                            HasSubstr("c.toml:2:8: rate: 'fast': expected a rate"),
                            HasSubstr("CARDRESOLVER_LINGER: 'soon': expected a duration"),
                            HasSubstr("--attempts: '0': expected a whole number from 1 to 1000")));
    EXPECT_EQ(worst_of(reading.faults), exit_code::usage);
}

TEST_F(option_reader, faults_of_the_file_alone_are_configuration) {
    const auto reading = read({"--config", folder_.write("c.toml", "batch-size = 0\nbach-size = 1\n")});
    EXPECT_EQ(reading.faults.size(), 2U);
    EXPECT_EQ(worst_of(reading.faults), exit_code::configuration);
}

TEST_F(option_reader, takes_several_rates_of_one_source) {
    const auto texts = [](const option_reading& reading) {
        return run::format_rates(reading.options.rate.limits, reading.options.rate.finds_limit);
    };
    const auto file = folder_.write("c.toml", "rate = [\"1/s\", \"2/5m\"]\n");
    EXPECT_THAT(texts(read({})), ElementsAre("10/s"));
    EXPECT_THAT(texts(read({"--config", file})), ElementsAre("1/s", "2/5m"));
    set("CARDRESOLVER_RATE", "3/s,4/m, 5/d");
    const auto of_environment = read({"--config", file});
    EXPECT_THAT(messages(of_environment), IsEmpty());
    EXPECT_THAT(texts(of_environment), ElementsAre("3/s", "4/m", "5/d"));
    EXPECT_EQ(of_environment.given.at("rate").text, "3/s, 4/m, 5/d");
    EXPECT_THAT(texts(read({"--config", file, "--rate", "auto", "--rate", "6/s"})),
                ElementsAre("auto", "6/s"));
    EXPECT_THAT(texts(read({"--config", file, "--rate", "unlimited"})), ElementsAre("unlimited"));
}

TEST_F(option_reader, refuses_rates_that_contradict_each_other) {
    EXPECT_THAT(
        messages(read({"--rate", "50/s", "--rate", "100/1s"})),
        ElementsAre(
            "--rate: '100/1s': 50/s is there already, and 100/s is about the same window: keep one of "
            "them"));
    EXPECT_THAT(messages(read({"--rate", "10/1d", "--rate", "20/d"})),
                ElementsAre(HasSubstr("10/d is there")));
    EXPECT_THAT(messages(read({"--rate", "10/24h", "--rate", "20/d"})), IsEmpty()) << "these are two windows";
    for (const words& line : {words{"--rate", "unlimited", "--rate", "1/s"},
                              {"--rate", "1/s", "--rate", "unlimited"},
                              {"--rate", "auto", "--rate", "unlimited"},
                              {"--rate", "unlimited", "--rate", "auto"}}) {
        EXPECT_THAT(messages(read(line)), ElementsAre(HasSubstr("unlimited stands alone")));
    }
}

TEST_F(option_reader, reads_the_rest_of_the_pace) {
    set("CARDRESOLVER_STATE_DIR", "/var/lib/x");
    const auto file =
        folder_.write("c.toml", "pacing = \"smooth\"\nday-starts = \"08:30\"\nmin-rtt = \"5ms\"\n");
    const auto reading = read({"--config", file, "--deadline", "06:00", "--connections", "auto"});
    EXPECT_THAT(messages(reading), IsEmpty());
    EXPECT_EQ(reading.options.state_dir, "/var/lib/x");
    EXPECT_EQ(reading.options.pacing, dispatch::pacing_kind::smooth);
    EXPECT_EQ(reading.options.day_starts, std::chrono::minutes(510));
    EXPECT_EQ(reading.options.min_rtt, std::chrono::milliseconds(5));
    EXPECT_EQ(reading.options.deadline, point_in_time(time_of_day{6, 0}));
    EXPECT_FALSE(reading.options.connections);
}

TEST_F(option_reader, knows_the_formats_of_the_input) {
    using source::input_format;
    EXPECT_EQ(read({}).options.input_format, std::nullopt);
    EXPECT_EQ(read({"--input-format", "text"}).options.input_format, input_format::text);
    EXPECT_EQ(read({"--input-format", "csv"}).options.input_format, input_format::csv);
    EXPECT_EQ(read({"--input-format", "ndjson"}).options.input_format, input_format::ndjson);
}

TEST_F(option_reader, knows_the_encodings_of_the_input) {
    using source::input_encoding;
    EXPECT_EQ(read({}).options.input_encoding, std::nullopt);
    EXPECT_EQ(read({"--input-encoding", "utf-8"}).options.input_encoding, input_encoding::utf8);
    EXPECT_EQ(read({"--input-encoding", "gb18030"}).options.input_encoding, input_encoding::gb18030);
}

TEST_F(option_reader, refuses_values_out_of_their_range) {
    const std::vector<words> cases{{"--batch-size", "101"},
                                   {"--connections", "0"},
                                   {"--connections", "1001"},
                                   {"--attempts", "1001"},
                                   {"--rate", "0/s"},
                                   {"--rate", "0"},
                                   {"--rate", "50/s,100/m"},
                                   {"--rate", "automatic"},
                                   {"--pacing", "gentle"},
                                   {"--min-rtt", "5"},
                                   {"--day-starts", "24:00"},
                                   {"--day-starts", "8"},
                                   {"--state-dir", ""},
                                   {"--deadline", "soon"},
                                   {"--linger", "-1s"},
                                   {"--connect-timeout", "0s"},
                                   {"--request-timeout", "1"},
                                   {"--give-up-after", "0ms"},
                                   {"--kind", "sim"},
                                   {"--method", "put"},
                                   {"--progress", "loud"},
                                   {"--output-format", "xml"},
                                   {"--input-format", "xls"},
                                   {"--input-encoding", "utf-16"},
                                   {"--base-url", "ftp://x"},
                                   {"--local-address", "host"},
                                   {"--proxy", "https://h"},
                                   {"-o", "sqlite:x?tabel=t"},
                                   {"-o", "sqlite:x?query=SELECT 1"},
                                   {"-o", "sqlite:?table=t"},
                                   {"-o", "postgresql://h/d?query=SELECT 1"},
                                   {"-o", "postgresql://h/d?tabel=t"},
                                   {"-o", "postgresql://me:secret@h/d?table=t"},
                                   {"--column", ""},
                                   {"--max-failures", "0"},
                                   {"--max-failures", "0%"},
                                   {"--order", "line"},
                                   {"--status-class", "1"},
                                   {"--status-class", "1=no"},
                                   {"--status-class", "=card"},
                                   {"--appid", "a\nb"}};
    for (const auto& line : cases) {
        const auto reading = read(line);
        EXPECT_EQ(reading.faults.size(), 1U) << line[0] << " " << line[1];
        EXPECT_EQ(worst_of(reading.faults), exit_code::usage) << line[0] << " " << line[1];
    }
}

TEST_F(option_reader, lets_the_stronger_source_replace_a_list_as_a_whole) {
    const auto path = folder_.write("c.toml", "status-class = [\"1=card\", \"2=busy\"]\n");
    const auto codes = [](const option_reading& reading) {
        std::string text;
        for (const auto& [code, meaning] : reading.options.status_classes)
            text += code + "=" + std::string(carrier::to_string(meaning)) + " ";
        return text;
    };
    EXPECT_EQ(codes(read({"--config", path})), "1=card 2=busy ");
    set("CARDRESOLVER_STATUS_CLASS", "3=request,4=too-large");
    EXPECT_EQ(codes(read({"--config", path})), "3=request 4=too-large ");
    EXPECT_EQ(codes(read({"--config", path, "--status-class", "5=account", "--status-class", "6=unknown"})),
              "5=account 6=unknown ");
}

TEST_F(option_reader, takes_the_password_out_of_the_environment) {
    set("CARDRESOLVER_PASSWORD", "canary");
    set("CARDRESOLVER_PROXY", "http://u:canary@proxy:3128");
    const auto reading = read({});
    EXPECT_EQ(reading.options.password.reveal(), "canary");
    EXPECT_TRUE(reading.is_password_of_environment);
    EXPECT_EQ(reading.options.proxy->host, "proxy");
    EXPECT_FALSE(read_variable("CARDRESOLVER_PASSWORD"));
    EXPECT_FALSE(read_variable("CARDRESOLVER_PROXY"));
}

TEST_F(option_reader, refuses_a_proxy_password_on_the_command_line_without_repeating_it) {
    const auto reading = read({"--proxy", "http://u:canary@h"});
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_THAT(reading.faults[0].message, HasSubstr("configuration file"));
    EXPECT_THAT(reading.faults[0].message, Not(HasSubstr("canary")));
    EXPECT_EQ(reading.faults[0].code, exit_code::usage);
}

TEST_F(option_reader, never_repeats_a_private_value) {
    for (const words& line :
         {words{"--base-url", "https://u:canary@h"}, words{"--proxy", "socks://canary"}}) {
        const auto reading = read(line);
        ASSERT_EQ(reading.faults.size(), 1U);
        EXPECT_THAT(reading.faults[0].message, Not(HasSubstr("canary")));
    }
}

TEST_F(option_reader, warns_of_a_variable_that_is_almost_ours) {
    set("CARDRESOLVER_BATCHSIZE", "5");
    set("CARDRESOLVER_SOMETHING_ELSE", "5");
    const auto reading = read({});
    ASSERT_EQ(reading.warnings.size(), 1U);
    EXPECT_THAT(reading.warnings[0], HasSubstr("did you mean 'CARDRESOLVER_BATCH_SIZE'?"));
}

TEST_F(option_reader, simulate_takes_flags_alone) {
    set("CARDRESOLVER_RATE", "7/s");
    const auto reading =
        read_options(words{"--fault", "busy=0.5", "--listen", ":0"}, simulate_option_table());
    EXPECT_THAT(messages(reading), IsEmpty());
    EXPECT_FALSE(reading.options.simulated.rate);
    EXPECT_EQ(reading.options.simulated.listen, "127.0.0.1:0");
    EXPECT_EQ(reading.options.simulated.faults.size(), 1U);
}

TEST_F(option_reader, simulate_checks_its_values) {
    const std::vector<words> cases{{"--fault", "busy"},    {"--fault", "buzy=0.1"}, {"--fault", "busy=2"},
                                   {"--rate", "100/m"},    {"--rate", "0/s"},       {"--listen", "8443"},
                                   {"--listen", ":99999"}, {"--daily-quota", "0"},  {"--seed", "x"}};
    for (const auto& line : cases) {
        EXPECT_EQ(read_options(line, simulate_option_table()).faults.size(), 1U) << line[0] << " " << line[1];
    }
}

}  // namespace
}  // namespace cardresolver::app
