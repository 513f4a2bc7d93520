#include "app/options/command_line.hpp"

#include "app/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardresolver::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using words = std::vector<std::string>;

command_line parse(const words& line) {
    return parse_command_line(line, resolve_option_table());
}

std::vector<std::string> texts_of(const command_line& line, std::string_view name) {
    std::vector<std::string> texts;
    for (const auto& entry : line.entries) {
        if (entry.option->name == name) texts.push_back(entry.text);
    }
    return texts;
}

TEST(command_line, names_the_option_that_lacks_its_value) {
    EXPECT_THAT(parse({"--batch-size="}).faults, ElementsAre("--batch-size wants a value"));
    EXPECT_THAT(parse({"list.txt", "--rate"}).faults, ElementsAre("--rate wants a value"));
}

TEST(command_line, sorts_words_by_option) {
    const auto line = parse({"list.txt", "-o", "-", "--batch-size=50", "--force", "--rate", "5/s"});
    EXPECT_THAT(line.faults, IsEmpty());
    EXPECT_THAT(texts_of(line, "input"), ElementsAre("list.txt"));
    EXPECT_THAT(texts_of(line, "output"), ElementsAre("-"));
    EXPECT_THAT(texts_of(line, "batch-size"), ElementsAre("50"));
    EXPECT_THAT(texts_of(line, "force"), ElementsAre("true"));
    EXPECT_THAT(texts_of(line, "rate"), ElementsAre("5/s"));
}

TEST(command_line, takes_a_dash_for_standard_input) {
    EXPECT_THAT(texts_of(parse({"-"}), "input"), ElementsAre("-"));
    EXPECT_THAT(texts_of(parse({"--", "-odd-name"}), "input"), ElementsAre("-odd-name"));
}

TEST(command_line, suggests_for_an_unknown_option_and_hides_its_value) {
    const auto line = parse({"--atempts=canary", "--passwrd-file", "canary"});
    EXPECT_THAT(line.faults, ElementsAre("unknown option '--atempts'; did you mean '--attempts'?",
                                         "unknown option '--passwrd-file'; did you mean '--password-file'?"));
}

TEST(command_line, refuses_repeats_and_strays) {
    EXPECT_THAT(parse({"--linger", "5s", "--linger", "6s"}).faults, ElementsAre("--linger is given twice"));
    EXPECT_THAT(parse({"a", "b"}).faults, ElementsAre(HasSubstr("more than one INPUT")));
    EXPECT_THAT(parse({"--rate"}).faults, ElementsAre(HasSubstr("--rate")));
    EXPECT_THAT(parse_command_line(words{"stray"}, simulate_option_table()).faults,
                ElementsAre("unexpected argument 'stray'"));
}

TEST(command_line, never_takes_a_password) {
    for (const words& line : {words{"--password", "canary"}, words{"--password=canary"}}) {
        for (const auto table : {resolve_option_table(), token_option_table(), simulate_option_table()}) {
            const auto parsed = parse_command_line(line, table);
            ASSERT_EQ(parsed.faults.size(), 1U);
            EXPECT_THAT(parsed.faults[0], HasSubstr("CARDRESOLVER_PASSWORD"));
            EXPECT_THAT(parsed.faults[0], Not(HasSubstr("canary")));
        }
    }
}

TEST(command_line, collects_what_is_repeatable) {
    const auto faults =
        parse_command_line(words{"--fault", "busy=0.1", "--fault=html=0.2"}, simulate_option_table());
    EXPECT_THAT(texts_of(faults, "fault"), ElementsAre("busy=0.1", "html=0.2"));
    const auto curl = parse_command_line(words{"--curl", "1", "2", "--kind", "imsi"}, token_option_table());
    EXPECT_THAT(texts_of(curl, "curl"), ElementsAre("1", "2"));
}

TEST(command_line, asks_for_help) {
    EXPECT_TRUE(parse({"--help"}).wants_help);
    EXPECT_TRUE(parse({"list", "-h"}).wants_help);
}

TEST(program, refuses_unknown_commands_and_no_command) {
    EXPECT_EQ(run_program({}), exit_code::usage);
    EXPECT_EQ(run_program(words{"resolv"}), exit_code::usage);
    EXPECT_EQ(run_program(words{"--vrsion"}), exit_code::usage);
    EXPECT_EQ(run_program(words{"resolve", "--no-such"}), exit_code::usage);
    EXPECT_EQ(run_program(words{"--version"}), exit_code::success);
    EXPECT_EQ(run_program(words{"resolve", "--help"}), exit_code::success);
}

}  // namespace
}  // namespace cardresolver::app
