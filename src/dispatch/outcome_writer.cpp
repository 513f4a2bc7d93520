#include "dispatch/outcome_writer.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"

#include <array>

namespace cardresolver::dispatch {
namespace {

constexpr std::size_t max_status_bytes = 64;
constexpr std::size_t max_message_bytes = 1024;

bool has_letters_and_digits_alone(std::string_view text) noexcept {
    return card::all_bytes(text, [](std::uint64_t word) {
        return card::bytes_between(word, '0', '9') | card::bytes_between(word, 'A', 'Z') |
               card::bytes_between(word, 'a', 'z');
    });
}

/// The number as the carrier gave it, where it has the characters and length of its kind; else empty: an
/// unknown number is better than a wrong one.
std::string_view checked(std::string_view text, card::card_kind kind) noexcept {
    constexpr std::array<std::size_t, card::card_kind_count> longest{20, 15, 13};
    if (text.size() > longest[card::index_of(kind)]) return {};
    const bool is_number = card::has_digits_alone(text) ||
                           (kind == card::card_kind::iccid && has_letters_and_digits_alone(text));
    return is_number ? text : std::string_view{};
}

void fill_asked(card::card_outcome& outcome, const card::card_number& number) {
    outcome.number = number.view();
    outcome.kind = number.kind();
    switch (number.kind()) {
        case card::card_kind::iccid:
            outcome.iccid = number.view();
            break;
        case card::card_kind::imsi:
            outcome.imsi = number.view();
            break;
        case card::card_kind::msisdn:
            outcome.msisdn = number.view();
            break;
    }
}

}  // namespace

bool outcome_writer::write_resolved(slot_id slot, const carrier::reply_item& item,
                                    outcome_listener& listener) {
    using card::card_kind;
    card::card_outcome outcome;
    outcome.outcome = card::outcome_kind::resolved;
    const auto asked = cards_[slot].number.kind();
    // The asked number itself is filled in by `write`.
    if (asked != card_kind::iccid) outcome.iccid = checked(item.iccid, card_kind::iccid);
    if (asked != card_kind::imsi) outcome.imsi = checked(item.imsi, card_kind::imsi);
    if (asked != card_kind::msisdn) outcome.msisdn = checked(item.msisdn, card_kind::msisdn);
    const bool gives_another = !outcome.iccid.empty() || !outcome.imsi.empty() || !outcome.msisdn.empty();
    if (!gives_another) return false;
    outcome.status = item.status;
    write(slot, outcome, item.message, listener);
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
    card::card_outcome outcome;
    outcome.outcome = kind;
    status_.clear();
    card::append_printable(status_, status, max_status_bytes);
    outcome.status = status_;
    write(slot, outcome, message, listener);
}

/// Most cards of a run have the same message: it is looked at once.
std::string_view outcome_writer::printable_message(std::string_view message) {
    if (message != raw_message_) {
        raw_message_ = message;
        message_.clear();
        card::append_printable(message_, message, max_message_bytes);
    }
    return message_;
}

void outcome_writer::write(slot_id slot, card::card_outcome& outcome, std::string_view message,
                           outcome_listener& listener) {
    const auto& number = cards_[slot].number;
    fill_asked(outcome, number);
    outcome.message = printable_message(message);
    cards_.for_each_line(slot, [&](std::uint64_t line) {
        outcome.line = line;
        listener.on_outcome(outcome);
    });
    if (outcome.outcome != card::outcome_kind::failed)
        answers_.remember({number, cards_[slot].hash}, outcome);
    cards_.release(slot);
}

}  // namespace cardresolver::dispatch
