// From a decided card to its rows.
#pragma once

#include "card/outcome.hpp"
#include "carrier/reply.hpp"
#include "dispatch/card_table.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::dispatch {

/// Receives each row as it is decided, once for every line. The views are valid during the call.
class outcome_listener {
public:
    virtual ~outcome_listener() = default;
    virtual void on_outcome(const card::card_outcome& outcome) = 0;
};

/// Makes outcomes out of the carrier's hostile bytes and hands them on. Retires the slot of a card that the
/// carrier has answered for, and keeps the answer as long as the slot; releases that of any other.
class outcome_writer {
public:
    explicit outcome_writer(card_table& cards) : cards_(cards), answers_(cards.slot_count()) {}

    /// For an item whose status is success. False where it gives neither of the other two numbers: then
    /// nothing is written, and the slot stays.
    bool write_resolved(slot_id slot, const carrier::reply_item& item, outcome_listener& listener);
    /// `status` and `message` as the carrier gave them.
    void write_refused(slot_id slot, std::string_view status, std::string_view message,
                       outcome_listener& listener);
    void write_failed(slot_id slot, std::string_view status, std::string_view message,
                      outcome_listener& listener);
    /// The row of another line with the number of a retired slot.
    void write_again(slot_id slot, std::uint64_t line, outcome_listener& listener) const;

private:
    /// An answer in one piece. `ends`: of ICCID, MSISDN, IMSI, status and message within `text`.
    struct answer {
        card::outcome_kind outcome = card::outcome_kind::resolved;
        std::array<std::uint16_t, 5> ends{};
        std::string text;
    };
    void remember(slot_id slot, const card::card_outcome& outcome);
    void write_unresolved(slot_id slot, card::outcome_kind kind, std::string_view status,
                          std::string_view message, outcome_listener& listener);
    void write(slot_id slot, card::card_outcome& outcome, std::string_view message,
               outcome_listener& listener);

    std::string_view printable_message(std::string_view message);

    card_table& cards_;
    std::vector<answer> answers_;  ///< by slot; their texts keep their storage
    std::string raw_message_;      ///< of the last outcome, as it came
    std::string message_;          ///< the same, printable
    std::string status_;
};

}  // namespace cardresolver::dispatch
