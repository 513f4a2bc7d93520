// A row that outlives the call that brought it.
#pragma once

#include "card/outcome.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// An owning copy of all but the line, its texts in one piece of memory.
class stored_row {
public:
    void assign(const card::card_outcome& row);
    /// Gives memory back only where there is much of it.
    void clear() noexcept;

    /// The row, for `line`. Valid until the copy is changed or moved.
    card::card_outcome view(std::uint64_t line) const noexcept;
    card::outcome_kind outcome() const noexcept { return outcome_; }
    std::size_t bytes() const noexcept { return texts_.size(); }

private:
    /// Every text of an outcome.
    static constexpr std::array text_fields{&card::card_outcome::number, &card::card_outcome::iccid,
                                            &card::card_outcome::msisdn, &card::card_outcome::imsi,
                                            &card::card_outcome::status, &card::card_outcome::message,
                                            &card::card_outcome::record};

    std::optional<card::card_kind> kind_;
    card::outcome_kind outcome_ = card::outcome_kind::failed;
    std::array<std::uint32_t, text_fields.size()> lengths_{};
    std::string texts_;
};

}  // namespace cardresolver::run
