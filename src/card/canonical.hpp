// From the text of a list to a canonical number, or to the reason why the text is none.
#pragma once

#include "card/byte_word.hpp"
#include "card/number.hpp"
#include "card/number_bytes.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::card {

/// Why a text is not a card number. Each has a sentence for the user: `explain`.
enum class invalid_reason : std::uint8_t {
    none,                 ///< it is one
    empty,                ///< nothing but blanks
    line_too_long,        ///< the line exceeds the cap of the source
    control_character,    ///< NUL, CR, LF or another control character
    separator,            ///< '_' or '&': they separate numbers and parameters on the wire
    scientific_notation,  ///< 8.98602E+19: a spreadsheet has destroyed the digits
    foreign_character,    ///< a character that no card number has
    iccid_unpadded,       ///< 19 digits from 89: an ICCID without its padding
    unknown_shape,        ///< letters and digits, but no kind looks like this
    iccid_length,         ///< an ICCID was promised; it has 20 characters
    imsi_length,          ///< an IMSI was promised; it has at most 15 digits
    imsi_character,       ///< an IMSI has digits alone
    msisdn_length,        ///< an MSISDN was promised; it has at most 13 digits
    msisdn_character,     ///< an MSISDN has digits alone
    unreadable_record,    ///< the record around the number is broken (a quote that never ends)
    json_malformed,       ///< the line is no JSON object
    json_no_field,        ///< the object has no field for the number
    json_not_text,        ///< that field holds neither a text nor a number
    json_ambiguous,       ///< that field is there again, with another value
    json_too_long,        ///< the line with the object exceeds the cap of the source
};

/// One sentence in plain English that says what is wrong and, where there is a remedy, names it.
std::string_view explain(invalid_reason reason) noexcept;

/// How to read a list's numbers.
struct canonical_options {
    std::optional<card_kind> kind;  ///< what the user says they are; none: judge by shape
    bool pad_iccid = false;         ///< give ICCIDs of 19 digits their `F`
};

/// A number, or why there is none. `number` is meaningful where `reason` is `none`.
struct canonical_result {
    card_number number;
    invalid_reason reason = invalid_reason::none;

    bool is_valid() const noexcept { return reason == invalid_reason::none; }
};

namespace detail {

/// `canonicalize` for any field.
canonical_result canonicalize_any(std::string_view raw, const canonical_options& options) noexcept;

/// Nearly every field of a list of ICCIDs, and already in canonical form.
inline bool is_usual_iccid(std::string_view raw) noexcept {
    constexpr std::string_view prefix = "8986";
    static_assert(max_number_length == prefix.size() + number_bytes_size);
    return raw.size() == max_number_length && raw.starts_with(prefix) &&
           number_bytes(raw.substr(prefix.size(), number_bytes_size)).are_characters();
}

/// Of `max_number_length` characters. Made of whole words: one that is written in pieces and read in others,
/// by whoever copies it, was measured to cost as much as all that is done to judge it.
inline card_number make_iccid(const char* characters) noexcept {
    using words = std::array<std::uint64_t, 3>;
    constexpr std::array<char, max_number_length> no_characters{};
    constexpr auto without_text =
        std::bit_cast<words>(card_number(card_kind::iccid, {no_characters.data(), no_characters.size()}));
    constexpr unsigned place_of_last = std::endian::native == std::endian::little ? 0 : 32;
    std::uint32_t last = 0;
    std::memcpy(&last, characters + 2 * sizeof(std::uint64_t), sizeof last);
    return std::bit_cast<card_number>(words{word_at(characters), word_at(characters + sizeof(std::uint64_t)),
                                            std::uint64_t{last} << place_of_last | without_text[2]});
}

}  // namespace detail

/// Reads one field of a list as people's files hold it: surrounding blanks (ASCII, NBSP, full-width),
/// quotes, `'…` and `="…"` of spreadsheets, full-width digits, `+86`, lower-case letters.
///
/// By shape (carrier's document, business parameters): 20 characters from 8986 are an ICCID, 15 digits from
/// 460 an IMSI, 11 or 13 digits from 1 an MSISDN. A kind that the user names is checked for length and
/// characters only. Pure; never throws on any input.
///
/// Writes the number where it is to stand; what `number` is where there is none is not said.
inline invalid_reason canonicalize_to(card_number& number, std::string_view raw,
                                      const canonical_options& options) noexcept {
    const bool may_be_iccid = options.kind.value_or(card_kind::iccid) == card_kind::iccid;
    if (may_be_iccid && detail::is_usual_iccid(raw)) [[likely]] {
        number = detail::make_iccid(raw.data());
        return invalid_reason::none;
    }
    const auto judged = detail::canonicalize_any(raw, options);
    number = judged.number;
    return judged.reason;
}

/// The same, as a value.
inline canonical_result canonicalize(std::string_view raw, const canonical_options& options) noexcept {
    canonical_result judged;
    judged.reason = canonicalize_to(judged.number, raw, options);
    return judged;
}

/// The first 64 bytes of a hostile text, printable: control characters, broken UTF-8 and invisible format
/// characters as `\xHH`. Cuts at a character boundary.
std::string escape_raw(std::string_view raw);

}  // namespace cardresolver::card
