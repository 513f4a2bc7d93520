// Finds the bad cards of one request that the carrier does not answer as a whole.
#pragma once

#include "dispatch/card_table.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace cardresolver::dispatch {

/// Why a request is taken apart.
enum class hunt_cause : std::uint8_t {
    refused,  ///< the carrier's code says that a value of the request is bad
    failing,  ///< the request failed again and again while others were answered
};

/// Bisection with inference, one group of cards at a time. Pure.
///
/// Known to hold a bad card are at first all cards of the request. Of a known set the smaller half is asked:
///
///   it is clean    → the other half is known to hold a bad card, without being asked
///   it is refused  → it is the known set; of the other half nothing is known
///
/// A set of one that is known only by inference is asked too, alone, so that every refusal in a row is the
/// carrier's own word. Sets of which nothing is known wait, put together, until the first bad card is found:
/// most requests hold one, and then a single request clears them all. From then on each such set is asked by
/// itself, and `singles_from` requests after the first all that is left is asked card by card.
///
/// Cost for 100 cards, the request that was refused included: one bad card 9.1 requests on average, at most
/// 10; two 18.2 and 23; ten 86; any pattern at most 122.
class poison_hunt {
public:
    /// `suspects`: the cards of a refused request, at least two.
    poison_hunt(hunt_cause cause, std::vector<slot_id> suspects);

    hunt_cause cause() const noexcept { return cause_; }

    /// Whether a group can go out now.
    bool has_group() const noexcept;
    /// The next group, where there is one. Exactly one of the results below must follow.
    std::vector<slot_id> take_group();

    /// The group was answered: none of its cards spoils a request.
    void on_clean();
    /// The group was refused. `group`: its cards, where they are several; empty where it was a lone card,
    /// which is decided by that.
    void on_refused(std::vector<slot_id> group);
    /// The group was neither: it leaves the hunt as it is.
    void on_withdrawn();

    /// Nothing is under way and nothing is left to ask.
    bool is_done() const noexcept { return under_way_ == 0 && !has_group(); }
    unsigned requests() const noexcept { return requests_; }

private:
    static constexpr unsigned singles_from = 34;

    struct suspicion {
        std::vector<slot_id> group;  ///< to be asked
        std::vector<slot_id> rest;   ///< holds a bad card if the group holds none
    };
    void split(std::vector<slot_id> known);
    void set_aside(std::vector<slot_id> unknown);
    void ask_singly_from_now_on();
    bool is_single_by_single() const noexcept { return requests_ >= singles_from; }

    hunt_cause cause_;
    std::vector<suspicion> stack_;
    std::vector<slot_id> unknown_;  ///< put together, until the first bad card is found
    std::vector<slot_id> singles_;  ///< to be asked card by card
    std::vector<slot_id> rest_;     ///< of the group under way
    std::size_t under_way_ = 0;
    unsigned requests_ = 1;
    bool has_found_one_ = false;
};

}  // namespace cardresolver::dispatch
