// From a decided card to its rows.
#pragma once

#include "card/outcome.hpp"
#include "card/short_text.hpp"
#include "carrier/reply.hpp"
#include "dispatch/card_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::dispatch {

/// Receives each row as it is decided, once for every line. The views are valid during the call.
class outcome_listener {
public:
    virtual ~outcome_listener() = default;
    virtual void on_outcome(const card::card_outcome& outcome) = 0;
    /// Some rows at once, which differ in their lines and numbers alone.
    virtual void on_outcomes(std::span<const card::card_outcome> alike) {
        for (const auto& outcome : alike)
            on_outcome(outcome);
    }
};

/// Makes outcomes out of the carrier's hostile bytes and hands them on. Releases the slot of the card, and
/// has the table remember what the carrier has answered.
class outcome_writer {
public:
    explicit outcome_writer(card_table& cards) : cards_(cards) {}

    /// For an item whose status is success. False where it gives neither of the other two numbers: then
    /// nothing is written, and the slot stays.
    bool write_resolved(slot_id slot, const carrier::reply_item& item, outcome_listener& listener);
    /// The same for the first of these cards, as many as have items of one shape with the one that was
    /// written last: nothing of them but their numbers is looked at. Returns how many these were; for the
    /// next card, ask `write_resolved`. `items[i]` answers `slots[i]`.
    std::size_t write_alike(std::span<const slot_id> slots, std::span<const carrier::reply_item> items,
                            outcome_listener& listener);
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

    std::span<const card::card_outcome> make_alike(std::span<const slot_id> slots,
                                                   std::span<const carrier::reply_item> items);
    inline bool make_row_alike(std::size_t place, const card_slot& card, const carrier::reply_item& item);
    void learn_shape(const carrier::reply_item& item) noexcept;

    void word(std::string_view status, std::string_view message) {
        if (!card::same_text(message, raw_message_) || !card::same_text(status, raw_status_)) [[unlikely]]
            learn_wording(status, message);
        row_.status = status_;
        row_.message = message_;
        row_.wording = wording_;
        shape_ = 0;
    }
    void learn_wording(std::string_view status, std::string_view message);

    card_table& cards_;
    card::card_outcome row_;  ///< that is written: to make one anew for each card takes as long as to fill it
    std::uint64_t shape_ = 0;  ///< of the item that the row was made of, if all that it says was taken
    std::array<card::card_outcome, 16> alike_;  ///< rows that go together
    std::size_t copies_ = 0;                    ///< so many of these are like `row_`
    std::uint64_t wording_ = 0;
    std::string raw_status_;   ///< of the last outcome, as it came
    std::string raw_message_;  ///< likewise
    std::string status_;       ///< the same, printable
    std::string message_;      ///< likewise
};

}  // namespace cardresolver::dispatch
