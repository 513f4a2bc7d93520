#include "dispatch/outcome_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
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

/// Whatever is written in between, and whatever items without a named shape come.
TEST_F(wordings_of_rows, are_those_of_each_item_where_items_name_their_shape) {
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
        item.shape = random() % 8 == 0 ? 0 : said + 1;
        ASSERT_TRUE(writer.write_resolved(slot(), item, row));
    }
    EXPECT_GT(row.repeated, 0);
}

/// Keeps what the rows say.
class row_texts final : public outcome_listener {
public:
    void on_outcome(const card::card_outcome& row) override {
        std::ostringstream text;
        text << row.line << ' ' << row.number << ' ' << card::to_string(*row.kind) << ' '
             << card::to_string(row.outcome) << " iccid " << row.iccid << " msisdn " << row.msisdn << " imsi "
             << row.imsi << ' ' << row.status << ' ' << row.message;
        all.push_back(text.str());
    }
    std::vector<std::string> all;
};

/// Two tables that have the same cards under way: the rows of one are written alike where they can be, those
/// of the other one by one.
class writing_alike : public testing::Test {
protected:
    static constexpr std::size_t most = 100;

    /// An item of a shape of which `which` tells the kinds of its texts, with numbers made by chance.
    carrier::reply_item item(unsigned which) {
        carrier::reply_item made{which % 2 == 0 ? "0" : "00", "fine", number(20), number(15), number(13)};
        if (which == 2) made.imsi = number(16);  // too long
        if (which == 3) made.msisdn = "+86-106";
        if (which == 4) made.iccid = made.imsi = made.msisdn = {};
        if (which == 5 && random() % 2 == 0) made.iccid = "8986:012345678901234";
        made.shape = which + 1;
        return made;
    }
    std::string_view number(std::size_t length) {
        auto& text = texts.emplace_back();
        for (std::size_t i = 0; i < length; ++i)
            text += static_cast<char>('0' + random() % 10);
        return text;
    }
    card_number asked() {
        const auto kind = random() % 8 == 0 ? card_kind::imsi : card_kind::iccid;
        return {kind, number(kind == card_kind::iccid ? 20 : 15)};
    }

    void add(std::uint64_t line, const card_number& number) {
        const auto here = alike.add(number, line, {});
        const auto there = single.add(number, line, {});
        ASSERT_EQ(here.slot, there.slot);
        if (here.is_new) slots.push_back(here.slot);
    }
    void write_all(const std::vector<carrier::reply_item>& items) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const auto count = alike_writer.write_alike(std::span(slots).subspan(i),
                                                        std::span(items).subspan(i), alike_rows);
            written_alike += count;
            for (const auto end = i + count; i < end; ++i)
                write_single(i, items[i]);
            if (i == slots.size()) return;
            const bool is_written = alike_writer.write_resolved(slots[i], items[i], alike_rows);
            ASSERT_EQ(write_single(i, items[i]), is_written);
            if (is_written) continue;
            alike_writer.write_refused(slots[i], "2", "no", alike_rows);
            single_writer.write_refused(slots[i], "2", "no", single_rows);
        }
    }
    bool write_single(std::size_t i, carrier::reply_item item) {
        item.shape = 0;
        return single_writer.write_resolved(slots[i], item, single_rows);
    }

    const unsigned seed = std::random_device{}();
    testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
    std::mt19937 random{seed};
    std::deque<std::string> texts;
    card_table alike{2 * most, 40};
    card_table single{2 * most, 40};
    outcome_writer alike_writer{alike};
    outcome_writer single_writer{single};
    row_texts alike_rows;
    row_texts single_rows;
    std::vector<slot_id> slots;
    std::size_t written_alike = 0;
};

TEST_F(writing_alike, gives_the_rows_of_writing_one_by_one) {
    for (std::uint64_t round = 0; round < 300; ++round) {
        slots.clear();
        std::vector<carrier::reply_item> items;
        unsigned which = 0;
        card_number number = asked();
        for (std::size_t i = 0; i < most; ++i) {
            if (random() % 16 != 0) number = asked();  // else a further line asks for the same
            add(round * most + i, number);
            if (random() % 10 == 0) which = static_cast<unsigned>(random() % 6);
            items.push_back(item(which));
        }
        write_all(items);
        ASSERT_EQ(alike_rows.all, single_rows.all);
        ASSERT_TRUE(alike.is_empty());
        const auto again = alike.add(number, 1, {});
        const auto single_again = single.add(number, 1, {});
        ASSERT_EQ(again.answer, single_again.answer) << "each remembers the same";
        if (again.answer == no_id) {
            alike.release(again.slot);
            single.release(single_again.slot);
        }
        texts.clear();
    }
    EXPECT_GT(written_alike, 1'000U);
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
