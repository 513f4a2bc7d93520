#include "run/plan/count_list.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cardresolver::run {
namespace {

using card::invalid_reason;

class count_list_test : public testing::Test {
protected:
    count_list_test() {
        std::string pattern = (std::filesystem::temp_directory_path() / "count_list-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~count_list_test() override { std::filesystem::remove_all(folder_); }

    count_settings settings_for(const std::string& text) {
        const auto path = folder_ / "list";
        std::ofstream(path, std::ios::binary) << text;
        count_settings settings;
        settings.input.path = path.string();
        settings.temporary_folder = folder_.string();
        return settings;
    }

    std::filesystem::path folder_;
};

TEST_F(count_list_test, counts_kinds_duplicates_and_invalid_records) {
    const auto counts =
        count_list(settings_for("898602B2221430000006\n"
                                "\n"
                                "898602b2221430000006 \n"  // the same, written differently
                                "460040260908676\n"
                                "1064826090209\n"
                                "rubbish\n"
                                "8986022214300000061\n"  // 19 digits
                                "more rubbish\n"
                                "garbage\n"
                                "+861064826090209"));
    EXPECT_EQ(counts.lines, 10U);
    EXPECT_EQ(counts.records(), 9U);
    EXPECT_EQ(counts.valid, (counts_by_kind{2, 1, 2}));
    EXPECT_EQ(counts.distinct, (counts_by_kind{1, 1, 1}));
    EXPECT_EQ(counts.duplicates(), 2U);
    EXPECT_EQ(counts.invalid_total(), 4U);
    ASSERT_EQ(counts.invalid.size(), 3U);
    EXPECT_EQ(counts.invalid.at(invalid_reason::unknown_shape).count, 2U);
    EXPECT_EQ(counts.invalid.at(invalid_reason::unknown_shape).first_line, 6U);
    EXPECT_EQ(counts.invalid.at(invalid_reason::iccid_unpadded).first_line, 7U);
    EXPECT_EQ(counts.invalid.at(invalid_reason::foreign_character).first_line, 8U);
}

TEST_F(count_list_test, reads_the_list_as_resolve_does) {
    auto settings = settings_for("name;card\na;8986022214300000061\nb;\"broken\n");
    settings.input.column = "card";
    settings.canonical.pad_iccid = true;
    const auto counts = count_list(settings);
    EXPECT_EQ(counts.valid, (counts_by_kind{1, 0, 0}));
    EXPECT_EQ(counts.invalid.at(invalid_reason::unreadable_record).first_line, 3U);
    settings.canonical = {card::card_kind::imsi, false};
    EXPECT_EQ(count_list(settings).valid_records(), 0U) << "a promised kind";
}

TEST_F(count_list_test, counts_alike_whether_the_list_fits_into_memory_or_not) {
    std::string text;
    for (int i = 0; i < 5'000; ++i)
        text += std::to_string(13'800'000'000 + i * 7'919LL % 3'000) + "\n";
    auto settings = settings_for(text);
    const auto in_memory = count_list(settings);
    settings.run_size = 100;
    const auto spilled = count_list(settings);
    EXPECT_EQ(in_memory.distinct, (counts_by_kind{0, 0, 3'000}));
    EXPECT_EQ(spilled.distinct, in_memory.distinct);
    EXPECT_EQ(spilled.duplicates(), 2'000U);
}

TEST_F(count_list_test, reports_what_cannot_be_read) {
    count_settings settings;
    settings.input.path = (folder_ / "none").string();
    EXPECT_THROW(count_list(settings), source::input_error);
    auto short_of_room = settings_for("13800000001\n13800000002\n13800000003\n");
    short_of_room.run_size = 1;
    short_of_room.temporary_folder = (folder_ / "none").string();
    EXPECT_THROW(count_list(short_of_room), spill_error);
}

}  // namespace
}  // namespace cardresolver::run
