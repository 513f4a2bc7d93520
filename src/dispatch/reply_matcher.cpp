#include "dispatch/reply_matcher.hpp"

#include "card/canonical.hpp"
#include "carrier/status_catalogue.hpp"

namespace cardresolver::dispatch {
namespace {

bool says_the_same(const carrier::reply_item& a, const carrier::reply_item& b) {
    return a.status == b.status && a.iccid == b.iccid && a.imsi == b.imsi && a.msisdn == b.msisdn;
}

bool has_no_number(const carrier::reply_item& item) {
    return item.iccid.empty() && item.imsi.empty() && item.msisdn.empty();
}

/// The slot of the batch that the item is about; `no_id` where it is about none of them. `hint` is the card
/// at the same position: carriers mostly answer in order, and comparing costs less than searching.
slot_id slot_of(const card_table& cards, batch_id batch, card::card_kind kind,
                const carrier::reply_item& item, slot_id hint) {
    const auto text = number_of(item, kind);
    if (text.empty()) return no_id;
    if (hint != no_id && cards[hint].number.view() == text) return hint;
    const auto canonical = card::canonicalize(text, {kind, true});
    if (!canonical.is_valid()) return no_id;
    const auto slot = cards.find(canonical.number);
    return slot != no_id && cards[slot].batch == batch ? slot : no_id;
}

}  // namespace

std::string_view number_of(const carrier::reply_item& item, card::card_kind kind) noexcept {
    switch (kind) {
        case card::card_kind::iccid:
            return item.iccid;
        case card::card_kind::imsi:
            return item.imsi;
        case card::card_kind::msisdn:
            return item.msisdn;
    }
    return {};
}

match_counts reply_matcher::match(const card_table& cards, batch_id batch, std::span<const slot_id> asked,
                                  card::card_kind kind, std::span<const carrier::reply_item> items) {
    match_counts counts;
    answers_.assign(asked.size(), missing);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& item = items[i];
        auto slot = slot_of(cards, batch, kind, item, i < asked.size() ? asked[i] : no_id);
        const bool lone_refusal = asked.size() == 1 && items.size() == 1 && has_no_number(item) &&
                                  item.status != carrier::status_success;
        if (lone_refusal) slot = asked.front();
        if (slot == no_id) {
            ++counts.foreign;
            continue;
        }
        auto& answer = answers_[cards[slot].position];
        if (answer == missing) {
            answer = static_cast<std::int32_t>(i);
            ++counts.matched;
        } else if (answer != conflict && says_the_same(items[static_cast<std::size_t>(answer)], item)) {
            ++counts.repeated;
        } else if (answer != conflict) {
            answer = conflict;
            --counts.matched;
            ++counts.conflicting;
        }
    }
    return counts;
}

}  // namespace cardresolver::dispatch
