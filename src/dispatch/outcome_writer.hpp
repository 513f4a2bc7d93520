// From a decided card to its rows.
#pragma once

#include "card/outcome.hpp"
#include "carrier/reply.hpp"
#include "dispatch/answer_memory.hpp"
#include "dispatch/card_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::dispatch {

/// Receives each row as it is decided, once for every line. The views are valid during the call.
class outcome_listener {
public:
    virtual ~outcome_listener() = default;
    virtual void on_outcome(const card::card_outcome& outcome) = 0;
};

/// Makes outcomes out of the carrier's hostile bytes and hands them on. Releases the slot of the card, and
/// remembers what the carrier has answered.
class outcome_writer {
public:
    outcome_writer(card_table& cards, answer_memory& answers) : cards_(cards), answers_(answers) {}

    /// For an item whose status is success. False where it gives neither of the other two numbers: then
    /// nothing is written, and the slot stays.
    bool write_resolved(slot_id slot, const carrier::reply_item& item, outcome_listener& listener);
    /// `status` and `message` as the carrier gave them.
    void write_refused(slot_id slot, std::string_view status, std::string_view message,
                       outcome_listener& listener);
    void write_failed(slot_id slot, std::string_view status, std::string_view message,
                      outcome_listener& listener);

private:
    void write_unresolved(slot_id slot, card::outcome_kind kind, std::string_view status,
                          std::string_view message, outcome_listener& listener);
    void write(slot_id slot, card::card_outcome& outcome, std::string_view message,
               outcome_listener& listener);

    std::string_view printable_message(std::string_view message);

    card_table& cards_;
    answer_memory& answers_;
    std::string raw_message_;  ///< of the last outcome, as it came
    std::string message_;      ///< the same, printable
    std::string status_;
};

}  // namespace cardresolver::dispatch
