#include "dispatch/outcome_writer.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"

#include <algorithm>
#include <array>

namespace cardresolver::dispatch {
namespace {

constexpr std::size_t max_status_bytes = 64;
constexpr std::size_t max_message_bytes = 1024;

[[gnu::noinline]] bool has_letters_and_digits_alone(std::string_view text) noexcept {
    return card::all_bytes(text, [](std::uint64_t word) {
        return card::bytes_between(word, '0', '9') | card::bytes_between(word, 'A', 'Z') |
               card::bytes_between(word, 'a', 'z');
    });
}

/// The number as the carrier gave it, where it has the characters and length of its kind; else empty: an
/// unknown number is better than a wrong one.
template <card::card_kind Kind>
[[gnu::always_inline]] inline std::string_view checked(std::string_view text) noexcept {
    constexpr std::array<std::size_t, card::card_kind_count> longest{20, 15, 13};
    if (text.size() > longest[card::index_of(Kind)]) return {};
    const bool is_number = card::has_digits_alone(text) ||
                           (Kind == card::card_kind::iccid && has_letters_and_digits_alone(text));
    return is_number ? text : std::string_view{};
}

/// The row's number of `Kind`: the asked one as it was asked, another as the carrier gave it.
template <card::card_kind Kind>
[[gnu::always_inline]] inline std::string_view number_of_kind(const card::card_number& asked,
                                                              std::string_view given) noexcept {
    return asked.kind() == Kind ? asked.view() : checked<Kind>(given);
}

bool gives_another(const card::card_outcome& row) noexcept {
    return row.iccid.size() + row.msisdn.size() + row.imsi.size() > row.number.size();
}

}  // namespace

[[gnu::always_inline]] inline void outcome_writer::write(slot_id slot, outcome_listener& listener) {
    cards_.for_each_line(slot, [&](std::uint64_t line) {
        row_.line = line;
        listener.on_outcome(row_);
    });
    if (row_.outcome == card::outcome_kind::failed) return cards_.release(slot);
    cards_.release_answered({&slot, 1}, {&row_, 1});
}

/// All of the row but its line and wording. `given`: the carrier's numbers; what else it says is not looked
/// at.
[[gnu::always_inline]] inline void outcome_writer::fill_row(const card::card_number& asked,
                                                            card::outcome_kind outcome,
                                                            const carrier::reply_item& given) {
    using card::card_kind;
    row_.number = asked.view();
    row_.kind = asked.kind();
    row_.outcome = outcome;
    row_.iccid = number_of_kind<card_kind::iccid>(asked, given.iccid);
    row_.msisdn = number_of_kind<card_kind::msisdn>(asked, given.msisdn);
    row_.imsi = number_of_kind<card_kind::imsi>(asked, given.imsi);
}

bool outcome_writer::write_resolved(slot_id slot, const carrier::reply_item& item,
                                    outcome_listener& listener) {
    fill_row(cards_[slot].number, card::outcome_kind::resolved, item);
    shape_ = 0;
    if (!gives_another(row_)) return false;
    word(item.status, item.message);
    learn_shape(item);
    write(slot, listener);
    return true;
}

/// Items of one shape have IMSIs of one length that are digits alone, or the very same bytes; and so their
/// MSISDNs: to have taken one is to take them all. Their ICCIDs are looked at each time: a shape admits more
/// than letters and digits there.
void outcome_writer::learn_shape(const carrier::reply_item& item) noexcept {
    using card::card_kind;
    const bool has_taken_all = (row_.kind == card_kind::msisdn || row_.msisdn.size() == item.msisdn.size()) &&
                               (row_.kind == card_kind::imsi || row_.imsi.size() == item.imsi.size());
    shape_ = has_taken_all ? item.shape : 0;
    copies_ = 0;
}

std::size_t outcome_writer::write_alike(std::span<const slot_id> slots,
                                        std::span<const carrier::reply_item> items,
                                        outcome_listener& listener) {
    std::size_t written = 0;
    while (true) {
        const auto rows = make_alike(slots.subspan(written), items.subspan(written));
        if (rows.empty()) return written;
        listener.on_outcomes(rows);
        cards_.release_answered(slots.subspan(written, rows.size()), rows);
        written += rows.size();
    }
}

std::span<const card::card_outcome> outcome_writer::make_alike(std::span<const slot_id> slots,
                                                               std::span<const carrier::reply_item> items) {
    const auto most = std::min(slots.size(), alike_.size());
    std::size_t made = 0;
    while (made < most && make_row_alike(made, cards_[slots[made]], items[made]))
        ++made;
    return std::span(alike_).first(made);
}

/// Makes the row of a card by the one that was written last; false where it is another one, or has further
/// lines.
[[gnu::always_inline]] inline bool outcome_writer::make_row_alike(std::size_t place, const card_slot& card,
                                                                  const carrier::reply_item& item) {
    using card::card_kind;
    const auto& asked = card.number;
    if (item.shape == 0 || item.shape != shape_ || asked.kind() != *row_.kind || card.duplicates != no_id)
        return false;
    auto& row = alike_[place];
    if (place == copies_) {
        row = row_;
        ++copies_;
    }
    row.line = card.line;
    row.number = asked.view();
    row.iccid = number_of_kind<card_kind::iccid>(asked, item.iccid);
    // Digits, and no longer than their kind, as those of the last row were: see `learn_shape`.
    row.msisdn = asked.kind() == card_kind::msisdn ? asked.view() : item.msisdn;
    row.imsi = asked.kind() == card_kind::imsi ? asked.view() : item.imsi;
    return gives_another(row);
}

void outcome_writer::write_refused(slot_id slot, std::string_view status, std::string_view message,
                                   outcome_listener& listener) {
    write_unresolved(slot, card::outcome_kind::refused, status, message, listener);
}

void outcome_writer::write_failed(slot_id slot, std::string_view status, std::string_view message,
                                  outcome_listener& listener) {
    write_unresolved(slot, card::outcome_kind::failed, status, message, listener);
}

void outcome_writer::write_unresolved(slot_id slot, card::outcome_kind kind, std::string_view status,
                                      std::string_view message, outcome_listener& listener) {
    fill_row(cards_[slot].number, kind, {});
    word(status, message);
    write(slot, listener);
}

void outcome_writer::learn_wording(std::string_view status, std::string_view message) {
    raw_status_ = status;
    raw_message_ = message;
    status_.clear();
    card::append_printable(status_, status, max_status_bytes);
    message_.clear();
    card::append_printable(message_, message, max_message_bytes);
    ++wording_;
}

}  // namespace cardresolver::dispatch
