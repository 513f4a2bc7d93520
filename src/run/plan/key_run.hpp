// Ascending keys in few bytes, so that a list that is sorted, or nearly, hardly needs any room.
#pragma once

#include "run/plan/number_key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::run {

using counts_by_kind = std::array<std::uint64_t, card::card_kind_count>;

/// Bytes of one key at most.
inline constexpr std::size_t longest_key = 1 + sizeof(number_key);

/// Different keys in ascending order. Where a key's high word is that of the key before, its bytes are the
/// distance of the low words as a LEB128 number; else a zero and both words.
struct key_run {
    number_key first;
    number_key last;
    counts_by_kind counts{};  ///< by the kind of card
    std::string bytes;

    bool empty() const noexcept { return bytes.empty(); }

    /// Whether `key` may be added.
    bool may_take(const number_key& key) const noexcept { return empty() || !(key < last); }
    /// Keys in ascending order, behind those before; the same key once more changes nothing.
    void add(std::span<const number_key> keys);

private:
    char* write(char* to, const number_key& key) noexcept;
};

/// Takes the next key off the front of `bytes`, which hold the whole of it. `key` is the one before.
void take_key(std::string_view& bytes, number_key& key) noexcept;

}  // namespace cardresolver::run
