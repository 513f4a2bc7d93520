#include "simulator/number_shape.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace cardresolver::simulator {
namespace {

constexpr std::uint8_t digit = 1;
constexpr std::uint8_t iccid_character = 2;

/// What each byte is good for, as a set of bits.
constexpr auto uses = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = '0'; c <= '9'; ++c) {
        table[c] = digit | iccid_character;
    }
    for (std::size_t c = 'A'; c <= 'Z'; ++c) {
        table[c] = iccid_character;
    }
    return table;
}();

/// Whether every byte of `text` is good for `use`. Without a branch for each: a request has 2,000 of them.
bool are_all(std::uint8_t use, std::string_view text) noexcept {
    unsigned common = use;
    for (const char c : text) {
        common &= uses[static_cast<unsigned char>(c)];
    }
    return common != 0;
}

bool are_digits(std::string_view text, std::size_t most) noexcept {
    return !text.empty() && text.size() <= most && are_all(digit, text);
}

}  // namespace

bool is_well_formed(card::card_kind kind, std::string_view number) noexcept {
    constexpr std::size_t iccid_length = 20;
    constexpr std::size_t longest_imsi = 15;
    constexpr std::size_t longest_msisdn = 13;
    switch (kind) {
        case card::card_kind::iccid:
            return number.size() == iccid_length && are_all(iccid_character, number);
        case card::card_kind::imsi:
            return are_digits(number, longest_imsi);
        case card::card_kind::msisdn:
            return are_digits(number, longest_msisdn);
    }
    return false;
}

}  // namespace cardresolver::simulator
