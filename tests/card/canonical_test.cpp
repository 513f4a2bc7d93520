// Proves rows IN1 (bad numbers) and IN2 of reliability.md's fault matrix.
#include "card/canonical.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace cardresolver::card {
namespace {

using namespace std::string_view_literals;

constexpr canonical_options by_shape{};
constexpr canonical_options padding{std::nullopt, true};

struct accepted {
    std::string_view raw;
    card_kind kind;
    std::string_view number;
};

struct rejected {
    std::string_view raw;
    invalid_reason reason;
};

void expect_accepted(const accepted& row, const canonical_options& options) {
    const auto result = canonicalize(row.raw, options);
    EXPECT_TRUE(result.is_valid()) << row.raw << ": " << explain(result.reason);
    EXPECT_EQ(result.number.view(), row.number) << row.raw;
    EXPECT_EQ(result.number.kind(), row.kind) << row.raw;
}

void expect_rejected(const rejected& row, const canonical_options& options) {
    const auto result = canonicalize(row.raw, options);
    EXPECT_FALSE(result.is_valid()) << row.raw;
    EXPECT_EQ(result.reason, row.reason) << row.raw << ": " << explain(result.reason);
}

TEST(canonicalize, judges_by_shape) {
    constexpr std::array rows{
        accepted{"898600D6991330004146", card_kind::iccid, "898600D6991330004146"},
        accepted{"89860012345678901234", card_kind::iccid, "89860012345678901234"},
        accepted{"898600E6991330004146", card_kind::iccid, "898600E6991330004146"},
        accepted{"460001234567890", card_kind::imsi, "460001234567890"},
        accepted{"13800138000", card_kind::msisdn, "13800138000"},
        accepted{"1440012345678", card_kind::msisdn, "1440012345678"},
    };
    for (const auto& row : rows)
        expect_accepted(row, by_shape);
}

TEST(canonicalize, in2_reads_what_files_of_people_hold) {
    constexpr std::array rows{
        accepted{"  13800138000\t", card_kind::msisdn, "13800138000"},
        accepted{"\xC2\xA0\xE3\x80\x80"
                 "13800138000\xE2\x80\x8B",
                 card_kind::msisdn, "13800138000"},
        accepted{"\xEF\xBB\xBF"
                 "13800138000\r",
                 card_kind::msisdn, "13800138000"},
        accepted{"\"13800138000\"", card_kind::msisdn, "13800138000"},
        accepted{"'13800138000", card_kind::msisdn, "13800138000"},
        accepted{"'13800138000'", card_kind::msisdn, "13800138000"},
        accepted{"=\"13800138000\"", card_kind::msisdn, "13800138000"},
        accepted{" \" 13800138000 \" ", card_kind::msisdn, "13800138000"},
        accepted{"+8613800138000", card_kind::msisdn, "13800138000"},
        accepted{"+861440012345678", card_kind::msisdn, "1440012345678"},
        accepted{"=\"+8613800138000\"", card_kind::msisdn, "13800138000"},
        accepted{"898600d6991330004146", card_kind::iccid, "898600D6991330004146"},
        accepted{"１３８００１３８０００", card_kind::msisdn, "13800138000"},
        accepted{"＋８６１３８００１３８０００", card_kind::msisdn, "13800138000"},
        accepted{"898600Ｄ6991330004146", card_kind::iccid, "898600D6991330004146"},
        accepted{"898600ｄ6991330004146", card_kind::iccid, "898600D6991330004146"},
    };
    for (const auto& row : rows)
        expect_accepted(row, by_shape);
}

TEST(canonicalize, in2_rejects_what_must_not_reach_the_wire) {
    constexpr std::array rows{
        rejected{"", invalid_reason::empty},
        rejected{" \t\r\n", invalid_reason::empty},
        rejected{"\"\"", invalid_reason::empty},
        rejected{"=\" \"", invalid_reason::empty},
        rejected{"'", invalid_reason::empty},
        rejected{"13800138000_13800138001", invalid_reason::separator},
        rejected{"13800138000&appid=1", invalid_reason::separator},
        rejected{"1380013800\0"sv, invalid_reason::control_character},
        rejected{"\0"sv, invalid_reason::control_character},
        rejected{"138001\r\n38000", invalid_reason::control_character},
        rejected{"138001\t38000", invalid_reason::control_character},
        rejected{"138001\x7F"
                 "38000",
                 invalid_reason::control_character},
        rejected{"138001\xC2\x85"
                 "38000",
                 invalid_reason::control_character},
        rejected{"138 0013 8000", invalid_reason::foreign_character},
        rejected{"138-0013-8000", invalid_reason::foreign_character},
        rejected{"%31%33800138000", invalid_reason::foreign_character},
        rejected{"138001\xC2\xA0"
                 "38000",
                 invalid_reason::foreign_character},
        rejected{"1380013800\xFF", invalid_reason::foreign_character},
        rejected{"号码", invalid_reason::foreign_character},
        rejected{"13800138000，", invalid_reason::foreign_character},
        rejected{"=13800138000", invalid_reason::foreign_character},
        rejected{"\"13800138000", invalid_reason::foreign_character},
        rejected{"+85213800138000", invalid_reason::foreign_character},
        rejected{"+8623800138000", invalid_reason::foreign_character},
        rejected{"+86138001380001", invalid_reason::foreign_character},
        rejected{"8.98602E+19", invalid_reason::scientific_notation},
        rejected{"8,98602e+19", invalid_reason::scientific_notation},
        rejected{"4.6E14", invalid_reason::scientific_notation},
        rejected{"9E+19", invalid_reason::scientific_notation},
        rejected{"'8.98602E+19'", invalid_reason::scientific_notation},
        rejected{"9E19", invalid_reason::unknown_shape},
        rejected{"8.98602", invalid_reason::foreign_character},
        rejected{"8986001234567890123", invalid_reason::iccid_unpadded},
        rejected{"898600123456789012", invalid_reason::unknown_shape},
        rejected{"898600123456789012345", invalid_reason::unknown_shape},
        rejected{"89010012345678901234", invalid_reason::unknown_shape},
        rejected{"461001234567890", invalid_reason::unknown_shape},
        rejected{"46000123456789A", invalid_reason::unknown_shape},
        rejected{"23800138000", invalid_reason::unknown_shape},
        rejected{"138001380001", invalid_reason::unknown_shape},
        rejected{"number", invalid_reason::unknown_shape},
    };
    for (const auto& row : rows)
        expect_rejected(row, by_shape);
}

TEST(canonicalize, names_the_graver_fault_of_several) {
    expect_rejected({"8986 00_12\0"sv, invalid_reason::control_character}, by_shape);
    expect_rejected({"8986 00_12", invalid_reason::separator}, by_shape);
}

TEST(canonicalize, looks_at_all_of_a_long_text) {
    const std::string digits(100, '1');
    expect_rejected({digits, invalid_reason::unknown_shape}, by_shape);
    expect_rejected({digits + "&", invalid_reason::separator}, by_shape);
    expect_rejected({digits + "-", invalid_reason::foreign_character}, by_shape);
    expect_rejected({digits + '\0', invalid_reason::control_character}, by_shape);
    expect_rejected({"1." + digits + "E+1", invalid_reason::foreign_character}, by_shape);
}

TEST(canonicalize, pads_an_iccid_of_19_digits_only_where_asked) {
    expect_accepted({"8986001234567890123", card_kind::iccid, "8986001234567890123F"}, padding);
    expect_accepted({"=\"8986001234567890123\"", card_kind::iccid, "8986001234567890123F"}, padding);
    expect_accepted({"8986001234567890123", card_kind::iccid, "8986001234567890123F"},
                    {card_kind::iccid, true});
    expect_rejected({"8986001234567890123", invalid_reason::iccid_unpadded}, {card_kind::iccid, false});
    expect_rejected({"1986001234567890123", invalid_reason::iccid_length}, {card_kind::iccid, true});
    expect_rejected({"898600D699133000414", invalid_reason::unknown_shape}, padding);
}

TEST(canonicalize, checks_a_promised_iccid_for_length_and_characters_only) {
    constexpr canonical_options promised{card_kind::iccid, false};
    expect_accepted({"89010012345678901234", card_kind::iccid, "89010012345678901234"}, promised);
    expect_accepted({"zz010012345678901234", card_kind::iccid, "ZZ010012345678901234"}, promised);
    expect_rejected({"13800138000", invalid_reason::iccid_length}, promised);
    expect_rejected({"898600123456789012345", invalid_reason::iccid_length}, promised);
    expect_rejected({"8.98602E+19", invalid_reason::scientific_notation}, promised);
    expect_rejected({"+8613800138000", invalid_reason::foreign_character}, promised);
}

TEST(canonicalize, checks_a_promised_imsi_for_length_and_characters_only) {
    constexpr canonical_options promised{card_kind::imsi, false};
    expect_accepted({"1", card_kind::imsi, "1"}, promised);
    expect_accepted({"234567890123456", card_kind::imsi, "234567890123456"}, promised);
    expect_rejected({"4600012345678901", invalid_reason::imsi_length}, promised);
    expect_rejected({"46000123456789A", invalid_reason::imsi_character}, promised);
    expect_rejected({"89860012345678901234", invalid_reason::imsi_length}, promised);
}

TEST(canonicalize, checks_a_promised_msisdn_for_length_and_characters_only) {
    constexpr canonical_options promised{card_kind::msisdn, false};
    expect_accepted({"7", card_kind::msisdn, "7"}, promised);
    expect_accepted({"8613800138000", card_kind::msisdn, "8613800138000"}, promised);
    expect_accepted({"+8613800138000", card_kind::msisdn, "13800138000"}, promised);
    expect_rejected({"13800138000123", invalid_reason::msisdn_length}, promised);
    expect_rejected({"1380013800A", invalid_reason::msisdn_character}, promised);
}

/// What `canonical_options` can ask for.
constexpr std::array<std::optional<card_kind>, 4> kinds{std::nullopt, card_kind::iccid, card_kind::imsi,
                                                        card_kind::msisdn};

/// Whatever comes in, what comes out may go on the wire.
TEST(canonicalize, in2_gives_nothing_but_digits_and_letters_for_any_bytes) {
    constexpr std::string_view alphabet = "0189 '\"=+_&%\r\n\tEFaz.,-\xEF\xBC\x90\xC2\xA0\xFF";
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 200'000; ++round) {
        std::string raw(random() % 24, '\0');
        for (char& c : raw)
            c = random() % 4 == 0 ? alphabet[random() % alphabet.size()] : "0123456789"[random() % 10];
        const canonical_options options{kinds[random() % kinds.size()], random() % 2 == 0};
        const auto result = canonicalize(raw, options);
        if (!result.is_valid()) continue;
        const auto text = result.number.view();
        ASSERT_FALSE(text.empty());
        ASSERT_EQ(text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string_view::npos)
            << escape_raw(raw);
        ASSERT_TRUE(canonicalize(text, {result.number.kind(), false}).number == result.number)
            << "not stable: " << escape_raw(raw);
    }
}

/// What is in canonical form goes a short way. A blank before it sends the same text the long way.
TEST(canonicalize, has_the_same_result_on_either_way) {
    constexpr std::string_view neighbours = "/09:@AZ[`az{_&\x7F\x80\xB0\xFF";
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    constexpr std::array<std::string_view, 5> beginnings{"", "8986", "89", "460", "1"};
    for (int round = 0; round < 50'000; ++round) {
        std::string raw(beginnings[random() % beginnings.size()]);
        raw.resize(raw.size() + random() % 20, '7');
        for (auto odd_ones = random() % 4; odd_ones > 0 && !raw.empty(); --odd_ones)
            raw[random() % raw.size()] = neighbours[random() % neighbours.size()];
        for (const auto& kind : kinds) {
            for (const bool pads : {false, true}) {
                const auto short_way = canonicalize(raw, {kind, pads});
                const auto long_way = canonicalize(" " + raw, {kind, pads});
                ASSERT_EQ(short_way.reason, long_way.reason) << escape_raw(raw);
                ASSERT_TRUE(short_way.number == long_way.number) << escape_raw(raw);
            }
        }
    }
}

/// Numbers are made in other ways than by their constructor: every byte of them counts where they are
/// compared.
TEST(canonicalize, makes_the_number_that_the_constructor_makes) {
    constexpr std::string_view characters = "8986012345ABCDEFGHIJ";
    constexpr std::string_view digits = "89860123456789012345";
    for (const auto kind : all_card_kinds) {
        for (std::size_t length = 1; length <= max_number_length; ++length) {
            for (const auto text : {characters.substr(0, length), digits.substr(0, length)}) {
                const auto judged = canonicalize(text, {kind, false});
                if (!judged.is_valid()) continue;
                EXPECT_TRUE(judged.number == card_number(kind, text)) << text;
            }
        }
    }
    EXPECT_TRUE(canonicalize("898601234567890ABCDE", by_shape).number ==
                card_number(card_kind::iccid, "898601234567890ABCDE"));
}

TEST(explain, has_a_short_sentence_for_every_reason) {
    for (int i = 0; i <= static_cast<int>(invalid_reason::json_too_long); ++i) {
        const auto sentence = explain(static_cast<invalid_reason>(i));
        EXPECT_GE(sentence.size(), 5U) << i;
        EXPECT_LE(sentence.size(), 100U) << sentence;
        EXPECT_NE(sentence, "not a card number") << i;
    }
    EXPECT_NE(explain(invalid_reason::iccid_unpadded).find("--pad-iccid"), std::string_view::npos);
}

}  // namespace
}  // namespace cardresolver::card
