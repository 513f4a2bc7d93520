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
    inline void fill_row(const card::card_number& asked, card::outcome_kind outcome,
                         const carrier::reply_item& given);
    inline void write(slot_id slot, outcome_listener& listener);

    /// Most cards of a run have the same status and message: they are looked at once.
    [[gnu::always_inline]] void word(const carrier::reply_item& item) {
        if (item.wording != 0 && item.wording == item_wording_) return;
        word(item.status, item.message);
        item_wording_ = item.wording;
    }
    void word(std::string_view status, std::string_view message) {
        if (!card::same_text(message, raw_message_) || !card::same_text(status, raw_status_)) [[unlikely]]
            learn_wording(status, message);
        row_.status = status_;
        row_.message = message_;
        row_.wording = wording_;
        item_wording_ = 0;
    }
    void learn_wording(std::string_view status, std::string_view message);

    card_table& cards_;
    card::card_outcome row_;  ///< that is written: to make one anew for each card takes as long as to fill it
    std::uint64_t item_wording_ = 0;  ///< of the item that the row has its status and message of
    std::uint64_t wording_ = 0;
    std::string raw_status_;   ///< of the last outcome, as it came
    std::string raw_message_;  ///< likewise
    std::string status_;       ///< the same, printable
    std::string message_;      ///< likewise
};

}  // namespace cardresolver::dispatch
