#include "dispatch/outcome_writer.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"

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

}  // namespace

[[gnu::always_inline]] inline void outcome_writer::write(slot_id slot, outcome_listener& listener) {
    cards_.for_each_line(slot, [&](std::uint64_t line) {
        row_.line = line;
        listener.on_outcome(row_);
    });
    if (row_.outcome == card::outcome_kind::failed) return cards_.release(slot);
    cards_.release_answered(slot, row_);
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
    const bool gives_another = row_.iccid.size() + row_.msisdn.size() + row_.imsi.size() > row_.number.size();
    if (!gives_another) return false;
    word(item);
    write(slot, listener);
    return true;
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
