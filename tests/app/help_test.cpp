#include "app/options/help.hpp"

#include "app/commands.hpp"
#include "simulator/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace cardresolver::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void expect_narrow(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        EXPECT_LE(line.size(), help_width) << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
    }
}

std::string help_of(std::string_view name) {
    for (const auto& one : all_commands()) {
        if (one.description.name == name) return format_help(one.description);
    }
    return {};
}

TEST(help, begins_with_examples_and_fits_80_columns) {
    for (const auto& one : all_commands()) {
        const auto text = format_help(one.description);
        EXPECT_THAT(text, StartsWith("Examples:\n"));
        expect_narrow(text);
    }
}

TEST(help, names_every_option_with_its_default) {
    for (const auto& one : all_commands()) {
        const auto text = format_help(one.description);
        for (const auto& option : one.description.options) {
            if (!option.takes_from(from_flag)) continue;
            EXPECT_THAT(text, HasSubstr(option.is_positional ? std::string(option.value)
                                                             : "--" + std::string(option.name)));
            if (option.initial.empty()) continue;
            EXPECT_THAT(text, HasSubstr("[default " + std::string(option.initial) + "]"));
        }
    }
}

TEST(help, names_no_option_that_does_not_exist) {
    for (const std::string_view absent : {"--password ", "--resume", "--burst"}) {
        EXPECT_THAT(help_of("resolve"), Not(HasSubstr(std::string(absent))));
    }
}

TEST(help, knows_every_fault_of_the_simulator) {
    for (const auto& fault : simulator::fault_names())
        EXPECT_THAT(help_of("simulate"), HasSubstr(fault));
}

TEST(help, names_all_groups_in_order) {
    const auto text = help_of("resolve");
    std::size_t last = 0;
    for (const std::string_view group : {"Input", "Output", "Account", "Transport", "Pace", "Report"}) {
        const auto at = text.find("\n" + std::string(group) + ":\n");
        ASSERT_NE(at, std::string::npos) << group;
        EXPECT_GT(at, last);
        last = at;
    }
}

TEST(help, the_overview_names_every_command) {
    std::vector<command_description> descriptions;
    for (const auto& one : all_commands())
        descriptions.push_back(one.description);
    const auto text = format_overview(descriptions);
    expect_narrow(text);
    for (const auto& one : descriptions)
        EXPECT_THAT(text, HasSubstr("\n  " + std::string(one.name)));
}

TEST(wrap, breaks_at_blanks_and_keeps_line_breaks) {
    EXPECT_EQ(wrap("one two three", 0, 7), "one two\nthree");
    EXPECT_EQ(wrap("one two three", 2, 9), "one two\n  three");
    EXPECT_EQ(wrap("one\n\ntwo", 0, 80), "one\n\ntwo");
    EXPECT_EQ(wrap("averylongword b", 0, 4), "averylongword\nb");
    EXPECT_EQ(wrap("", 3, 10), "");
}

}  // namespace
}  // namespace cardresolver::app
