// The cards of a file, found by any of their three numbers.
#pragma once

#include "card/kind.hpp"
#include "simulator/card_book.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// Immutable once read. CSV with a header that names the columns iccid, msisdn, imsi in any order (others are
/// passed over); a field may be empty or in quotes, but no field spans lines.
class card_file {
public:
    /// Throws `unusable_cards`: a column absent, a malformed or repeated number.
    static card_file read(std::istream& in);
    /// The same of a file. Throws also where it cannot be read.
    static card_file load(const std::string& path);

    /// The card with that number; nullptr: none.
    const card_triple* find(card::card_kind kind, std::string_view number) const noexcept;

    std::size_t size() const noexcept { return cards_.size(); }

private:
    card_file() = default;

    void add(const card_triple& card, std::uint64_t line);
    void build_index(card::card_kind kind);

    std::vector<card_triple> cards_;
    std::vector<std::uint64_t> lines_;  // of each card, for messages while reading
    // Open addressing: 1 + the place in `cards_`; 0: free.
    std::array<std::vector<std::uint32_t>, card::card_kind_count> indexes_;
};

}  // namespace cardresolver::simulator
