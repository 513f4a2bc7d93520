#include "dispatch/reply_matcher.hpp"

#include "card/canonical.hpp"
#include "card/short_text.hpp"
#include "carrier/status_catalogue.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace cardresolver::dispatch {
namespace {

bool says_the_same(const carrier::reply_item& a, const carrier::reply_item& b) {
    return a.status == b.status && a.iccid == b.iccid && a.imsi == b.imsi && a.msisdn == b.msisdn;
}

bool refuses_without_number(const carrier::reply_item& item) {
    return item.iccid.empty() && item.imsi.empty() && item.msisdn.empty() &&
           item.status != carrier::status_success;
}

/// The field of an item that has the number of `kind`.
constexpr auto field_of(card::card_kind kind) noexcept {
    constexpr std::array fields{&carrier::reply_item::iccid, &carrier::reply_item::imsi,
                                &carrier::reply_item::msisdn};
    return fields[card::index_of(kind)];
}

/// The slot of the batch that an item about `text` is about; `no_id` where it is about none of them.
slot_id slot_of(const card_table& cards, batch_id batch, card::card_kind kind, std::string_view text) {
    if (text.empty()) return no_id;
    const auto canonical = card::canonicalize(text, {kind, true});
    if (!canonical.is_valid()) return no_id;
    const auto slot = cards.find(canonical.number);
    return slot != no_id && cards[slot].batch == batch ? slot : no_id;
}

/// Item `i` is about the card whose answer so far is `answer`.
[[gnu::always_inline]] inline void note(std::int32_t& answer, std::int32_t i,
                                        std::span<const carrier::reply_item> items, match_counts& counts) {
    if (answer == reply_matcher::missing) {
        answer = i;
        ++counts.matched;
    } else if (answer == reply_matcher::conflict) {
        return;
    } else if (says_the_same(items[static_cast<std::size_t>(answer)], items[static_cast<std::size_t>(i)])) {
        ++counts.repeated;
    } else {
        answer = reply_matcher::conflict;
        --counts.matched;
        ++counts.conflicting;
    }
}

}  // namespace

std::string_view number_of(const carrier::reply_item& item, card::card_kind kind) noexcept {
    return item.*field_of(kind);
}

match_counts reply_matcher::match(const card_table& cards, batch_id batch, std::span<const slot_id> asked,
                                  card::card_kind kind, std::span<const carrier::reply_item> items) {
    const auto field = field_of(kind);
    const auto is_at_its_place = [&](std::size_t i) __attribute__((always_inline)) {
        return card::same_text(cards[asked[i]].number.view(), items[i].*field);
    };
    // Carriers mostly answer in order, and comparing costs less than searching.
    const auto shorter = std::min(asked.size(), items.size());
    std::size_t in_order = 0;
    while (in_order < shorter && is_at_its_place(in_order))
        ++in_order;
    match_counts counts;
    counts.matched = in_order;
    answers_.assign(asked.size(), missing);
    std::iota(answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(in_order), 0);
    const bool is_one_to_one = asked.size() == 1 && items.size() == 1;
    for (std::size_t i = in_order; i < items.size(); ++i) {
        const auto& item = items[i];
        const auto text = item.*field;
        const auto index = static_cast<std::int32_t>(i);
        if (i < shorter && is_at_its_place(i)) {
            note(answers_[i], index, items, counts);
            continue;
        }
        const bool is_lone_refusal = is_one_to_one && refuses_without_number(item);
        const auto slot = is_lone_refusal ? asked.front() : slot_of(cards, batch, kind, text);
        if (slot == no_id) {
            ++counts.foreign;
        } else {
            note(answers_[cards[slot].position], index, items, counts);
        }
    }
    if (counts.conflicting == 0) counts.in_order = in_order;
    return counts;
}

}  // namespace cardresolver::dispatch
