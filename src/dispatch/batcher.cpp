#include "dispatch/batcher.hpp"

#include <algorithm>

namespace cardresolver::dispatch {

void batcher::limit_batch_size(std::size_t size) noexcept {
    batch_size_ = std::max<std::size_t>(1, std::min(batch_size_, size));
}

time_point batcher::oldest(const kind_queue& queue, const card_table& cards) {
    time_point at = never;
    if (!queue.leftovers.is_empty()) at = cards[queue.leftovers.front()].queued_at;
    if (!queue.fresh.is_empty()) at = std::min(at, cards[queue.fresh.front()].queued_at);
    return at;
}

time_point batcher::partial_ready_at(const kind_queue& queue, const batching_situation& situation,
                                     time_point now, time_point oldest) const {
    const bool last_word = situation.input_ended && (queue.leftovers.is_empty() || situation.is_idle);
    const bool stuck = situation.intake_blocked && situation.is_idle;
    if (last_word || stuck) return now;
    return std::max(now, oldest + linger_);
}

time_point batcher::ready_at(const card_table& cards, const batching_situation& situation, time_point now,
                             card::card_kind& kind) const {
    time_point best = never;
    time_point best_oldest = never;
    bool best_is_full = false;
    for (const auto candidate : card::all_card_kinds) {
        const auto& queue = queues_[index_of(candidate)];
        if (queue.size() == 0) continue;
        const bool is_full = queue.size() >= batch_size_;
        const auto age = oldest(queue, cards);
        const auto at = is_full ? now : partial_ready_at(queue, situation, now, age);
        const bool better = is_full != best_is_full ? is_full : at != best ? at < best : age < best_oldest;
        if (!better) continue;
        best = at;
        best_oldest = age;
        best_is_full = is_full;
        kind = candidate;
    }
    return best;
}

void batcher::take(card::card_kind kind, std::vector<slot_id>& out, random_source& random) {
    auto& queue = queues_[index_of(kind)];
    const bool has_leftovers = !queue.leftovers.is_empty();
    out.clear();
    queue.leftovers.move_to(out, batch_size_);
    queue.fresh.move_to(out, batch_size_ - out.size());
    if (!has_leftovers) return;
    const auto first = static_cast<std::ptrdiff_t>(random.fraction() * static_cast<double>(out.size()));
    std::rotate(out.begin(), out.begin() + first, out.end());
}

std::optional<std::size_t> batcher::waiting_of_one_kind() const noexcept {
    std::size_t most = 0;
    std::size_t all = 0;
    for (const auto& queue : queues_) {
        most = std::max(most, queue.size());
        all += queue.size();
    }
    if (most != all) return std::nullopt;
    return all;
}

std::size_t batcher::backlog() const noexcept {
    std::size_t requests = 0;
    for (const auto& queue : queues_)
        requests += (queue.size() + batch_size_ - 1) / batch_size_;
    return requests;
}

}  // namespace cardresolver::dispatch
