#include "dispatch/outcome_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::dispatch {
namespace {

using card::card_kind;
using card::card_number;

/// The numbers of the last row.
class last_row final : public outcome_listener {
public:
    void on_outcome(const card::card_outcome& outcome) override {
        iccid = outcome.iccid;
        imsi = outcome.imsi;
        msisdn = outcome.msisdn;
    }
    std::string iccid, imsi, msisdn;
};

const card_number asked_iccid(card_kind::iccid, "898602B2221430000006");
const card_number asked_imsi(card_kind::imsi, "460040260908676");

/// What the row of a card has, where the carrier gives `item` for it.
last_row row_of(const card_number& asked, const carrier::reply_item& item) {
    card_table cards(1, 1);
    outcome_writer writer(cards);
    last_row row;
    const auto slot = cards.add(asked, 1, {}).slot;
    const bool is_written = writer.write_resolved(slot, item, row);
    EXPECT_EQ(is_written, cards.is_empty());
    return row;
}

carrier::reply_item item_of(std::string_view iccid, std::string_view imsi, std::string_view msisdn) {
    return {"0", {}, iccid, imsi, msisdn};
}

TEST(outcome_writer, takes_numbers_up_to_the_length_of_their_kind) {
    const std::string digits(64, '4');
    const auto up_to = [&](std::size_t length) { return std::string_view(digits).substr(0, length); };
    for (std::size_t length = 0; length <= digits.size(); ++length) {
        const auto text = up_to(length);
        EXPECT_EQ(row_of(asked_imsi, item_of(text, {}, "1")).iccid, length <= 20 ? text : "") << length;
        EXPECT_EQ(row_of(asked_iccid, item_of({}, text, "1")).imsi, length <= 15 ? text : "") << length;
        EXPECT_EQ(row_of(asked_iccid, item_of({}, "1", text)).msisdn, length <= 13 ? text : "") << length;
    }
}

/// An ICCID has letters and digits, the others have digits: whatever the length, wherever the byte stands.
TEST(outcome_writer, takes_the_characters_of_each_kind_alone) {
    const auto is_digit = [](unsigned byte) { return byte >= '0' && byte <= '9'; };
    const auto is_letter = [](unsigned byte) {
        return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    };
    for (const std::size_t length : {1U, 7U, 8U, 9U, 13U}) {
        for (std::size_t at = 0; at < length; ++at) {
            for (unsigned byte = 0; byte < 256; ++byte) {
                std::string text(length, '8');
                text[at] = static_cast<char>(byte);
                const std::string digits = is_digit(byte) ? text : "";
                const auto where = std::to_string(byte) + " at " + std::to_string(at);
                ASSERT_EQ(row_of(asked_imsi, item_of(text, {}, "1")).iccid, is_letter(byte) ? text : digits)
                    << where;
                ASSERT_EQ(row_of(asked_iccid, item_of({}, text, "1")).imsi, digits) << where;
                ASSERT_EQ(row_of(asked_iccid, item_of({}, "1", text)).msisdn, digits) << where;
            }
        }
    }
}

/// Receives rows and holds their wording against what they say.
class wording_check final : public outcome_listener {
public:
    void on_outcome(const card::card_outcome& outcome) override {
        const std::pair said(std::string(outcome.status), std::string(outcome.message));
        EXPECT_EQ(said, expected);
        if (outcome.wording == 0) return;
        EXPECT_EQ(said_in_.emplace(outcome.wording, said).first->second, said);
        repeated += outcome.wording == latest_ ? 1 : 0;
        latest_ = outcome.wording;
    }
    std::pair<std::string, std::string> expected;
    int repeated = 0;  ///< rows with the wording of the one before

private:
    std::map<std::uint64_t, std::pair<std::string, std::string>> said_in_;
    std::uint64_t latest_ = 0;
};

/// Words one card after the other by chance.
class wordings_of_rows : public testing::Test {
protected:
    /// A new card.
    slot_id slot() { return cards.add(asked_iccid, 1, {}).slot; }

    const unsigned seed = std::random_device{}();
    testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
    std::mt19937 random{seed};
    card_table cards{1};
    outcome_writer writer{cards};
    wording_check row;
};

TEST_F(wordings_of_rows, say_the_same_where_they_are_one) {
    const std::array statuses{"0", "25", ""};
    const std::array messages{"ok", "no\x01", ""};
    const std::array printable{"ok", "no�", ""};
    for (int step = 0; step < 20'000; ++step) {
        const auto what = random() % 100 < 80 ? 0 : random() % 3;
        const auto how = random() % 100 < 80 ? 0 : random() % 3;
        row.expected = {statuses[what], printable[how]};
        switch (random() % 8) {
            case 0:
                writer.write_refused(slot(), statuses[what], messages[how], row);
                break;
            case 1:
                writer.write_failed(slot(), statuses[what], messages[how], row);
                break;
            default:
                ASSERT_TRUE(writer.write_resolved(
                    slot(), {statuses[what], messages[how], {}, "460040260908676", {}}, row));
        }
    }
    EXPECT_GT(row.repeated, 0);
}

/// Whatever is written in between, and whatever items without a named wording come.
TEST_F(wordings_of_rows, are_those_of_each_item_where_items_name_theirs) {
    const std::array statuses{"0", "1", "2"};
    const std::array messages{"fine", "good", "well"};
    for (int step = 0; step < 20'000; ++step) {
        const auto said = random() % 3;
        row.expected = {statuses[said], messages[said]};
        if (random() % 8 == 0) {
            writer.write_failed(slot(), statuses[said], messages[said], row);
            continue;
        }
        carrier::reply_item item{statuses[said], messages[said], {}, "460040260908676", {}};
        item.wording = random() % 8 == 0 ? 0 : said + 1;
        ASSERT_TRUE(writer.write_resolved(slot(), item, row));
    }
    EXPECT_GT(row.repeated, 0);
}

TEST(outcome_writer, without_another_number_writes_nothing) {
    card_table cards(1, 1);
    outcome_writer writer(cards);
    last_row row;
    const auto slot = cards.add(asked_iccid, 1, {}).slot;
    EXPECT_FALSE(writer.write_resolved(slot, item_of(asked_iccid.view(), "46004-0260", "+86"), row));
    EXPECT_FALSE(cards.is_empty());
    EXPECT_EQ(cards.find(asked_iccid), slot) << "it is under way, and not remembered";
}

}  // namespace
}  // namespace cardresolver::dispatch
