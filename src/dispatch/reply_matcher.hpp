// Which item of a reply answers which card of the request: by number, never by position.
#pragma once

#include "carrier/reply.hpp"
#include "dispatch/card_table.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace cardresolver::dispatch {

/// How the items of one reply were used.
struct match_counts {
    std::size_t matched = 0;      ///< cards with one answer
    std::size_t foreign = 0;      ///< items about cards that were not asked
    std::size_t repeated = 0;     ///< further items that say the same again
    std::size_t conflicting = 0;  ///< cards with two different answers
    /// So many cards, the first ones, are answered by the items at their places. None where any card has two
    /// answers.
    std::size_t in_order = 0;
};

/// Matches replies to requests. Its buffer is reused.
class reply_matcher {
public:
    static constexpr std::int32_t missing = -1;
    static constexpr std::int32_t conflict = -2;

    /// Fills `answers()`: for each place of the batch the item's index, or `missing`, or `conflict`.
    ///
    /// The echoed number is compared in canonical form, so that case, blanks and missing ICCID padding do
    /// not matter. An item without any number belongs to the one card of a request of one, where it refuses.
    match_counts match(const card_table& cards, batch_id batch, std::span<const slot_id> asked,
                       card::card_kind kind, std::span<const carrier::reply_item> items);

    std::span<const std::int32_t> answers() const noexcept { return answers_; }

private:
    std::vector<std::int32_t> answers_;
};

/// The item's field of `kind`.
std::string_view number_of(const carrier::reply_item& item, card::card_kind kind) noexcept;

}  // namespace cardresolver::dispatch
