#include "card/canonical.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cardresolver::card {
namespace {

constexpr std::size_t unpadded_iccid_length = 19;
constexpr std::size_t max_imsi_length = 15;
constexpr std::size_t max_msisdn_length = 13;
constexpr std::size_t short_msisdn_length = 11;

enum character_class : std::uint8_t { other = 0, digit = 1, upper = 2, lower = 4 };

constexpr std::array<std::uint8_t, 256> make_character_classes() noexcept {
    std::array<std::uint8_t, 256> classes{};
    for (std::size_t c = '0'; c <= '9'; ++c)
        classes[c] = digit;
    for (std::size_t c = 'A'; c <= 'Z'; ++c)
        classes[c] = upper;
    for (std::size_t c = 'a'; c <= 'z'; ++c)
        classes[c] = lower;
    return classes;
}

constexpr auto character_classes = make_character_classes();

constexpr std::uint8_t class_of(char c) noexcept {
    return character_classes[static_cast<unsigned char>(c)];
}

/// What a text of 1 to `max_number_length` bytes consists of.
struct content {
    bool digits;      ///< 0-9 alone
    bool characters;  ///< 0-9 and A-Z alone
};

content content_of_short(std::string_view text) noexcept {
    const auto is_character = [](std::uint64_t word) {
        return bytes_between(word, '0', '9') | bytes_between(word, 'A', 'Z');
    };
    return {has_digits_alone(text), all_bytes(text, is_character)};
}

content content_of(std::string_view text) noexcept {
    if (text.size() < number_bytes_size / 2) return content_of_short(text);
    const number_bytes front(text.substr(0, number_bytes_size));
    const number_bytes back(text.substr(text.size() - std::min(text.size(), number_bytes_size)));
    return {front.are_digits() && back.are_digits(), front.are_characters() && back.are_characters()};
}

canonical_result valid(card_kind kind, std::string_view text) noexcept {
    return {{kind, text}, {}};
}
canonical_result invalid(invalid_reason reason) noexcept {
    return {{}, reason};
}

canonical_result judge_unpadded(std::string_view text, const canonical_options& options) noexcept {
    if (!options.pad_iccid) return invalid(invalid_reason::iccid_unpadded);
    std::array<char, max_number_length> padded{};
    *std::copy(text.begin(), text.end(), padded.begin()) = 'F';
    return valid(card_kind::iccid, {padded.data(), padded.size()});
}

/// Judges a text of nothing but 0-9 and A-Z.
canonical_result judge(std::string_view text, bool digits, const canonical_options& options) noexcept {
    const auto length = text.size();
    const bool unpadded = digits && length == unpadded_iccid_length && text.starts_with("89");
    if (!options.kind) {
        if (length == max_number_length && text.starts_with("8986")) return valid(card_kind::iccid, text);
        if (unpadded) return judge_unpadded(text, options);
        if (digits && length == max_imsi_length && text.starts_with("460"))
            return valid(card_kind::imsi, text);
        if (digits && (length == short_msisdn_length || length == max_msisdn_length) && text.front() == '1')
            return valid(card_kind::msisdn, text);
        return invalid(invalid_reason::unknown_shape);
    }
    switch (*options.kind) {
        case card_kind::iccid:
            if (unpadded) return judge_unpadded(text, options);
            if (length != max_number_length) return invalid(invalid_reason::iccid_length);
            break;
        case card_kind::imsi:
            if (!digits) return invalid(invalid_reason::imsi_character);
            if (length > max_imsi_length) return invalid(invalid_reason::imsi_length);
            break;
        case card_kind::msisdn:
            if (!digits) return invalid(invalid_reason::msisdn_character);
            if (length > max_msisdn_length) return invalid(invalid_reason::msisdn_length);
            break;
    }
    return valid(*options.kind, text);
}

bool is_enclosed(std::string_view text, std::string_view before, std::string_view after) noexcept {
    return text.size() >= before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
}

/// Without what spreadsheets and exports put around a number. Each layer is shorter than the one around it.
std::string_view unwrap(std::string_view text) noexcept {
    for (;;) {
        text = trim_blanks(text);
        if (is_enclosed(text, "=\"", "\"")) {
            text = text.substr(2, text.size() - 3);
        } else if (is_enclosed(text, "\"", "\"") || is_enclosed(text, "'", "'")) {
            text = text.substr(1, text.size() - 2);
        } else if (text.starts_with('\'')) {
            text.remove_prefix(1);
        } else {
            return text;
        }
    }
}

/// A full-width character of three bytes as ASCII: digits, letters and the plus sign; 0 for any other.
char fold_full_width(std::string_view character) noexcept {
    // U+FF01…U+FF5E lie as U+0021…U+007E do: EF BC 81…BF, EF BD 80…9E.
    if (character.size() != 3 || character[0] != '\xEF') return 0;
    const auto second = static_cast<unsigned char>(character[1]);
    const auto third = static_cast<unsigned char>(character[2]);
    if (second != 0xBC && second != 0xBD) return 0;
    const auto ascii = static_cast<char>((second == 0xBC ? 0x20U : 0x60U) + (third - 0x80U));
    return class_of(ascii) != other || ascii == '+' ? ascii : '\0';
}

/// A text in ASCII and upper case, as far as that is possible.
struct folded_text {
    std::array<char, 64> characters{};
    std::size_t length = 0;  ///< of the whole text; `characters` keeps its beginning
    bool has_control = false;
    bool has_separator = false;
    bool has_foreign = false;  ///< something beyond ASCII without a plain twin, or a mark in the unkept part

    std::string_view view() const noexcept {
        return {characters.data(), std::min(length, characters.size())};
    }
    bool is_whole() const noexcept { return length <= characters.size(); }

    void push(char c) noexcept {
        const auto byte = static_cast<unsigned char>(c);
        has_control = has_control || byte < 0x20 || byte == 0x7F;
        has_separator = has_separator || c == '_' || c == '&';
        if (length < characters.size()) {
            characters[length] = class_of(c) == lower ? static_cast<char>(c - 'a' + 'A') : c;
        } else {
            has_foreign = has_foreign || class_of(c) == other;
        }
        ++length;
    }
};

folded_text fold(std::string_view text) noexcept {
    folded_text folded;
    while (!text.empty()) {
        const auto length = std::max<std::size_t>(utf8_length(text), 1);
        const auto character = text.substr(0, length);
        if (length == 1 && static_cast<unsigned char>(text.front()) < 0x80) {
            folded.push(text.front());
        } else if (const char ascii = fold_full_width(character); ascii != 0) {
            folded.push(ascii);
        } else if (length == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0) {
            folded.has_control = true;  // C1
        } else {
            folded.has_foreign = true;
        }
        text.remove_prefix(length);
    }
    return folded;
}

std::size_t count_digits(std::string_view text) noexcept {
    const auto* const end =
        std::find_if(text.data(), text.data() + text.size(), [](char c) { return class_of(c) != digit; });
    return static_cast<std::size_t>(end - text.data());
}

/// `8.98602E+19`, also with a decimal comma or without a fraction. A text without sign and fraction is left
/// alone: an ICCID may hold an E.
bool is_scientific(std::string_view text) noexcept {
    auto digits = count_digits(text);
    if (digits == 0) return false;
    text.remove_prefix(digits);
    bool marked = false;
    if (text.starts_with('.') || text.starts_with(',')) {
        text.remove_prefix(1);
        text.remove_prefix(count_digits(text));
        marked = true;
    }
    if (!text.starts_with('E')) return false;
    text.remove_prefix(1);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        marked = true;
    }
    return marked && !text.empty() && has_digits_alone(text);
}

/// Whether `text` is +86 and a phone number as carriers of mainland China give them.
bool has_country_code(std::string_view text) noexcept {
    if (!text.starts_with("+861")) return false;
    const auto national = text.substr(3);
    return (national.size() == short_msisdn_length || national.size() == max_msisdn_length) &&
           has_digits_alone(national);
}

/// The way of everything that is not already in canonical form.
canonical_result canonicalize_unusual(std::string_view raw, const canonical_options& options) noexcept {
    const auto text = unwrap(raw);
    if (text.empty()) return invalid(invalid_reason::empty);
    const auto folded = fold(text);
    if (folded.has_control) return invalid(invalid_reason::control_character);
    if (folded.has_separator) return invalid(invalid_reason::separator);
    if (folded.has_foreign) return invalid(invalid_reason::foreign_character);
    auto plain = folded.view();
    if (folded.is_whole() && is_scientific(plain)) return invalid(invalid_reason::scientific_notation);
    if (options.kind.value_or(card_kind::msisdn) == card_kind::msisdn && has_country_code(plain)) {
        plain.remove_prefix(3);
    }
    std::uint8_t seen = 0;
    for (const char c : plain) {
        if (class_of(c) == other) return invalid(invalid_reason::foreign_character);
        seen |= class_of(c);
    }
    return judge(plain, seen == digit, options);
}

}  // namespace

canonical_result detail::canonicalize_any(std::string_view raw, const canonical_options& options) noexcept {
    if (raw.empty() || raw.size() > max_number_length) return canonicalize_unusual(raw, options);
    const auto found = content_of(raw);
    if (!found.characters) return canonicalize_unusual(raw, options);
    return judge(raw, found.digits, options);
}

std::string_view explain(invalid_reason reason) noexcept {
    switch (reason) {
        case invalid_reason::none:
            return "valid";
        case invalid_reason::empty:
            return "no number: the field is empty";
        case invalid_reason::line_too_long:
            return "the line is longer than 4096 bytes";
        case invalid_reason::control_character:
            return "contains a control character (NUL, line break, tab or the like)";
        case invalid_reason::separator:
            return "contains '_' or '&', which separate numbers in a request; one number per record, please";
        case invalid_reason::scientific_notation:
            return "a spreadsheet rounded this number (8.98E+19); export the column as text again";
        case invalid_reason::foreign_character:
            return "contains a character that no card number has (only 0-9 and A-Z; no blanks or hyphens)";
        case invalid_reason::iccid_unpadded:
            return "19 digits: an ICCID without its padding F; --pad-iccid adds it";
        case invalid_reason::unknown_shape:
            return "no ICCID (20, from 8986), IMSI (15, from 460) or MSISDN (11 or 13, from 1); see --kind";
        case invalid_reason::iccid_length:
            return "an ICCID has exactly 20 characters";
        case invalid_reason::imsi_length:
            return "an IMSI has at most 15 digits";
        case invalid_reason::imsi_character:
            return "an IMSI has digits only";
        case invalid_reason::msisdn_length:
            return "an MSISDN has at most 13 digits";
        case invalid_reason::msisdn_character:
            return "an MSISDN has digits only";
        case invalid_reason::unreadable_record:
            return "the record is broken: a quoted field never ends or the record exceeds 64 KiB";
        case invalid_reason::json_malformed:
            return "the line is no JSON object: one whole object a line, at most 32 levels deep";
        case invalid_reason::json_no_field:
            return "the JSON object has no field number, iccid, imsi or msisdn, or none of the name given by "
                   "--column";
        case invalid_reason::json_not_text:
            return "the field with the number holds an object, a list, true or false; a text or a number is "
                   "needed";
        case invalid_reason::json_ambiguous:
            return "the JSON object has the field with the number twice, with different values";
        case invalid_reason::json_too_long:
            return "the line with the JSON object is longer than 64 KiB";
    }
    return "not a card number";
}

}  // namespace cardresolver::card
