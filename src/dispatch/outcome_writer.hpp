// From a decided card to its rows.
#pragma once

#include "card/outcome.hpp"
#include "card/short_text.hpp"
#include "carrier/reply.hpp"
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
/// has the table remember what the carrier has answered.
class outcome_writer {
public:
    explicit outcome_writer(card_table& cards) : cards_(cards) {}

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
    inline void write(slot_id slot, outcome_listener& listener);

    /// Most cards of a run have the same message: it is looked at once.
    [[gnu::always_inline]] std::string_view printable_message(std::string_view message) {
        return card::same_text(message, raw_message_) ? message_ : make_printable(message);
    }
    std::string_view make_printable(std::string_view message);

    card_table& cards_;
    card::card_outcome row_;  ///< that is written: to make one anew for each card takes as long as to fill it
    std::string raw_message_;  ///< of the last outcome, as it came
    std::string message_;      ///< the same, printable
    std::string status_;
};

}  // namespace cardresolver::dispatch
