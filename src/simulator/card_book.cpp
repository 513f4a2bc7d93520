#include "simulator/card_book.hpp"

#include "simulator/hashing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace cardresolver::simulator {
namespace {

constexpr std::uint64_t msisdn_shift = 24'565'181'533;
constexpr std::uint64_t iccid_shift = 181'169'091'330;
constexpr std::uint64_t tail_count = 100'000'000'000;         // eleven digits
constexpr std::uint64_t short_msisdn_count = 10'000'000'000;  // "1" and ten digits
constexpr std::uint64_t short_msisdn_start = 99 * short_msisdn_count;
constexpr std::size_t prefix_length = 9;
constexpr std::array<std::string_view, 10> iccid_prefixes{"898600000", "898600100", "898602B22", "898602B20",
                                                          "898604000", "898600D60", "898600D69", "898607000",
                                                          "898608000", "898602000"};

/// The decimal value of a text of digits alone; nothing for any other.
std::optional<std::uint64_t> decimal(std::string_view digits) noexcept {
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

/// "0000" to "9999", one after the other.
constexpr auto four_digits = [] {
    std::array<char, 40'000> table{};
    for (std::size_t i = 0; i < 10'000; ++i) {
        table[4 * i] = static_cast<char>('0' + i / 1000);
        table[4 * i + 1] = static_cast<char>('0' + i / 100 % 10);
        table[4 * i + 2] = static_cast<char>('0' + i / 10 % 10);
        table[4 * i + 3] = static_cast<char>('0' + i % 10);
    }
    return table;
}();

/// Writes the decimal digits of `value`, less than 10^12, at `out`, but for the first `skipped` (0 to 4).
/// Four at a time: most of the time that an answer takes would otherwise go into divisions.
void write_digits(char* out, std::uint64_t value, std::size_t skipped = 0) noexcept {
    const std::size_t high = value / 100'000'000;
    const std::size_t low = value % 100'000'000;
    std::memcpy(out, four_digits.data() + 4 * high + skipped, 4 - skipped);
    std::memcpy(out + 4 - skipped, four_digits.data() + 4 * (low / 10'000), 4);
    std::memcpy(out + 8 - skipped, four_digits.data() + 4 * (low % 10'000), 4);
}

/// `index` and `shift` are less than 10^12.
constexpr std::uint64_t shifted(std::uint64_t index, std::uint64_t shift) noexcept {
    const auto sum = index + shift;
    return sum < card_index_count ? sum : sum - card_index_count;
}

constexpr std::uint64_t unshifted(std::uint64_t value, std::uint64_t shift) noexcept {
    return shifted(value, card_index_count - shift);
}

void write_imsi(std::uint64_t index, short_text<15>& out) noexcept {
    char* const text = out.start(15);
    std::copy_n("460", 3, text);
    write_digits(text + 3, index);
}

void write_msisdn(std::uint64_t index, short_text<13>& out) noexcept {
    const auto value = shifted(index, msisdn_shift);
    const bool is_short = value >= short_msisdn_start;
    char* const text = out.start(is_short ? 11 : 13);
    text[0] = '1';
    if (is_short) {
        write_digits(text + 1, value, 2);
    } else {
        write_digits(text + 1, value);
    }
}

void write_iccid(std::uint64_t index, short_text<20>& out) noexcept {
    const auto value = shifted(index, iccid_shift);
    char* const text = out.start(20);
    std::memcpy(text, iccid_prefixes[value / tail_count].data(), prefix_length);
    write_digits(text + prefix_length, value, 1);
}

std::optional<std::uint64_t> index_of_imsi(std::string_view number) noexcept {
    if (number.size() != 15 || !number.starts_with("460")) return std::nullopt;
    return decimal(number.substr(3));
}

std::optional<std::uint64_t> index_of_msisdn(std::string_view number) noexcept {
    if (!number.starts_with('1')) return std::nullopt;
    const auto value = decimal(number.substr(1));
    if (!value) return std::nullopt;
    if (number.size() == 11) return unshifted(short_msisdn_start + *value, msisdn_shift);
    if (number.size() == 13 && *value < short_msisdn_start) return unshifted(*value, msisdn_shift);
    return std::nullopt;
}

std::optional<std::uint64_t> index_of_iccid(std::string_view number) noexcept {
    if (number.size() != 20) return std::nullopt;
    const auto tail = decimal(number.substr(prefix_length));
    if (!tail) return std::nullopt;
    for (std::size_t place = 0; place < iccid_prefixes.size(); ++place) {
        if (number.starts_with(iccid_prefixes[place])) {
            return unshifted(place * tail_count + *tail, iccid_shift);
        }
    }
    return std::nullopt;
}

}  // namespace

std::string_view number_of(const card_triple& card, card::card_kind kind) noexcept {
    switch (kind) {
        case card::card_kind::iccid:
            return card.iccid.view();
        case card::card_kind::imsi:
            return card.imsi.view();
        case card::card_kind::msisdn:
            return card.msisdn.view();
    }
    return {};
}

card_triple card_at(std::uint64_t index) noexcept {
    card_triple card;
    write_iccid(index, card.iccid);
    write_msisdn(index, card.msisdn);
    write_imsi(index, card.imsi);
    return card;
}

std::optional<std::uint64_t> index_in_domain(card::card_kind kind, std::string_view number) noexcept {
    switch (kind) {
        case card::card_kind::iccid:
            return index_of_iccid(number);
        case card::card_kind::imsi:
            return index_of_imsi(number);
        case card::card_kind::msisdn:
            return index_of_msisdn(number);
    }
    return std::nullopt;
}

void set_number(card_triple& card, card::card_kind kind, std::string_view number) noexcept {
    switch (kind) {
        case card::card_kind::iccid:
            card.iccid = short_text<20>(number);
            break;
        case card::card_kind::imsi:
            card.imsi = short_text<15>(number);
            break;
        case card::card_kind::msisdn:
            card.msisdn = short_text<13>(number);
            break;
    }
}

card_triple computed_card(card::card_kind kind, std::string_view number) noexcept {
    if (const auto index = index_in_domain(kind, number)) return card_at(*index);
    auto card = card_at(fnv1a(number) % card_index_count);
    set_number(card, kind, number);
    return card;
}

}  // namespace cardresolver::simulator
