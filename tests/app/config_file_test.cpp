#include "app/options/config_file.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace cardresolver::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

config_file parse(std::string_view text) {
    return parse_config(text, "c.toml", resolve_option_table());
}

TEST(config_file, hands_values_over_as_text) {
    const auto file = parse("batch-size = 50\nrate = \"50/s\"\nforce = true\nconnections = \"auto\"\n");
    EXPECT_THAT(file.faults, IsEmpty());
    ASSERT_EQ(file.entries.size(), 4U);
    EXPECT_EQ(file.entries[0].option->name, "batch-size");
    EXPECT_EQ(file.entries[0].text, "50");
    EXPECT_EQ(file.entries[0].place, "c.toml:1:14");
    EXPECT_EQ(file.entries[1].text, "50/s");
    EXPECT_EQ(file.entries[2].text, "true");
    EXPECT_EQ(file.entries[3].text, "auto");
}

TEST(config_file, reports_every_fault_in_the_order_of_the_file) {
    const auto file = parse("zebra = 1\nbatchsize = 3\n  force = \"yes\"\nebid = 23\n[rate]\nx = 1\n");
    EXPECT_THAT(file.faults, ElementsAre("c.toml:1:1: unknown key 'zebra'",
                                         "c.toml:2:1: unknown key 'batchsize'; did you mean 'batch-size'?",
                                         "c.toml:3:11: force: expected true or false",
                                         "c.toml:4:8: ebid: expected text in quotes",
                                         "c.toml:5:1: rate: expected text in quotes"));
}

TEST(config_file, reports_where_it_is_no_toml) {
    EXPECT_THAT(parse("rate = \n").faults, ElementsAre(StartsWith("c.toml:1:")));
    EXPECT_THAT(parse("rate = \"1/s\"\nrate = \"2/s\"\n").faults, ElementsAre(StartsWith("c.toml:2:")));
    EXPECT_THAT(parse("appid = 007\n").faults, ElementsAre(StartsWith("c.toml:1:")));
    EXPECT_THAT(parse(std::string_view("a\0b", 3)).faults, ElementsAre(StartsWith("c.toml:1:")));
}

TEST(config_file, knows_no_key_for_itself) {
    EXPECT_THAT(parse("config = \"x\"\n").faults, ElementsAre(HasSubstr("unknown key 'config'")));
}

TEST(config_file, with_a_password_must_be_private) {
    const support::temporary_folder folder;
    const auto load = [&](std::string_view text, unsigned mode) {
        return load_config(folder.write("c.toml", text, mode), resolve_option_table());
    };
    EXPECT_THAT(load("password = \"x\"\n", 0600).faults, IsEmpty());
    EXPECT_THAT(load("password = \"x\"\n", 0640).faults, ElementsAre(HasSubstr("chmod 600")));
    EXPECT_THAT(load("proxy = \"http://u:p@h\"\n", 0644).faults, ElementsAre(HasSubstr("chmod 600")));
    EXPECT_THAT(load("proxy = \"http://h\"\n", 0644).faults, IsEmpty());
    EXPECT_THAT(load_config(folder.path_of("none"), resolve_option_table()).faults,
                ElementsAre(HasSubstr("No such file")));
}

/// The file that comes with the program, with the options at their default taken into use.
std::string complete_example() {
    std::istringstream in(support::temporary_folder::read(CARDRESOLVER_CONFIG_FOLDER "/cardresolver.toml"));
    std::string out;
    for (std::string line; std::getline(in, line); out += "\n") {
        const bool is_option = line.size() > 1 && line[0] == '#' && line[1] >= 'a' && line[1] <= 'z';
        out += is_option ? line.substr(1) : line;
    }
    return out;
}

TEST(example_configuration, has_every_option_with_its_default) {
    const auto file = parse(complete_example());
    EXPECT_THAT(file.faults, IsEmpty());
    for (const auto& option : resolve_option_table()) {
        if (!option.takes_from(from_file)) continue;
        const auto found = std::find_if(file.entries.begin(), file.entries.end(),
                                        [&](const config_entry& entry) { return entry.option == &option; });
        ASSERT_NE(found, file.entries.end()) << option.name;
        if (option.is_switch()) {
            EXPECT_EQ(found->text, "false") << option.name;
        } else if (!option.initial.empty()) {
            EXPECT_EQ(found->text, option.initial) << option.name;
        }
        command_options options;
        EXPECT_EQ(option.apply(found->text, options), "") << option.name;
    }
}

TEST(example_configuration, has_schedules_that_can_be_used) {
    std::istringstream in(support::temporary_folder::read(CARDRESOLVER_CONFIG_FOLDER "/cardresolver.toml"));
    std::string text;
    bool is_schedule = false;
    for (std::string line; std::getline(in, line);) {
        is_schedule = line.starts_with("#   ") && (is_schedule || line == "#   [[schedule]]");
        if (is_schedule) text += line.substr(1) + "\n";
    }
    const auto file = parse(text);
    EXPECT_THAT(file.faults, IsEmpty());
    EXPECT_EQ(file.schedule.size(), 2U);
}

TEST(config_file, takes_a_repeatable_option_as_an_array_or_alone) {
    const auto several = parse("status-class = [\"1=card\", \"2=busy\"]\n");
    EXPECT_THAT(several.faults, IsEmpty());
    ASSERT_EQ(several.entries.size(), 2U);
    EXPECT_EQ(several.entries[0].text, "1=card");
    EXPECT_EQ(several.entries[1].text, "2=busy");
    EXPECT_EQ(parse("status-class = \"1=card\"\n").entries.size(), 1U);
    EXPECT_EQ(parse("status-class = [1, \"2=busy\", true]\n").faults.size(), 2U);
    EXPECT_EQ(parse("appid = [\"1\"]\n").faults.size(), 1U) << "an array for an option that is no list";
}

TEST(example_configuration, is_valid_and_says_nothing_as_it_comes) {
    const auto file = load_config(CARDRESOLVER_CONFIG_FOLDER "/cardresolver.toml", resolve_option_table());
    EXPECT_THAT(file.faults, IsEmpty());
    EXPECT_THAT(file.entries, IsEmpty());
}

}  // namespace
}  // namespace cardresolver::app
