#include "app/configuration_text.hpp"

#include "app/options/environment.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace cardresolver::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class configuration_text : public testing::Test {
protected:
    configuration_text() { clear(); }
    ~configuration_text() override { clear(); }
    static void clear() {
        for (const auto& name : variables_with_prefix("CARDRESOLVER_"))
            ::unsetenv(name.c_str());
    }
    static std::string describe(const std::vector<std::string>& words) {
        const auto reading = read_options(words, check_option_table());
        EXPECT_TRUE(reading.faults.empty()) << reading.faults.front().message;
        return describe_configuration(reading);
    }
    support::temporary_folder folder_;
};

TEST_F(configuration_text, of_nothing) {
    EXPECT_EQ(describe({}),
              "no configuration file (--config)\n"
              "base-url = https://api.iot.10086.cn  [default]\n"
              "all others at their default");
}

TEST_F(configuration_text, says_what_comes_from_where) {
    const auto file = folder_.write("c.toml",
                                    "appid = \"5\"\nebid = \"6\"\nrate = \"50/s\"\nbatch-size = 7\n"
                                    "status-class = [\"1=card\", \"2=busy\"]\n");
    ::setenv("CARDRESOLVER_BATCH_SIZE", "8", 1);
    EXPECT_EQ(describe({"--config", file, "--ebid", "7", "--base-url", "https://h.example:8443/a"}),
              "file " + file +
                  "\n"
                  "base-url = https://h.example:8443/a  [--base-url]\n"
                  "appid = 5  [" +
                  file +
                  ":1:9]\n"
                  "ebid = 7  [--ebid]\n"
                  "status-class = 1=card, 2=busy  [" +
                  file +
                  ":5:27]\n"
                  "batch-size = 8  [CARDRESOLVER_BATCH_SIZE]\n"
                  "rate = 50/s  [" +
                  file +
                  ":3:8]\n"
                  "all others at their default");
}

TEST_F(configuration_text, says_that_there_is_a_schedule) {
    const auto file = folder_.write("c.toml", "[[schedule]]\nto = \"06:00\"\nrate = \"off\"\n");
    EXPECT_THAT(describe({"--config", file}),
                HasSubstr("\nschedule = 1 entry, by the local clock  [" + file + ":1:1]\nall others"));
}

TEST_F(configuration_text, names_secrets_and_does_not_show_them) {
    const auto file =
        folder_.write("c.toml", "password = \"secret-one\"\nproxy = \"http://user:secret-two@h:1\"\n");
    const auto text = describe({"--config", file});
    EXPECT_THAT(text, HasSubstr("password = (not shown)  [" + file + ":1:12]"));
    EXPECT_THAT(text, HasSubstr("proxy = h:1, with a password  [" + file));
    EXPECT_THAT(text, Not(HasSubstr("secret")));
    EXPECT_THAT(text, Not(HasSubstr("user")));
    ::setenv("CARDRESOLVER_PASSWORD", "secret-three", 1);
    const auto of_environment = describe({});
    EXPECT_THAT(of_environment, HasSubstr("password = (not shown)  [CARDRESOLVER_PASSWORD]"));
    EXPECT_THAT(of_environment, Not(HasSubstr("secret")));
}

TEST_F(configuration_text, reads_what_resolve_would_read) {
    ::setenv("CARDRESOLVER_RATE", "0/s", 1);
    const auto reading = read_options({}, check_option_table());
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_THAT(reading.faults[0].message, HasSubstr("CARDRESOLVER_RATE"));
}

}  // namespace
}  // namespace cardresolver::app
