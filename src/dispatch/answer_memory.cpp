#include "dispatch/answer_memory.hpp"

#include <algorithm>

namespace cardresolver::dispatch {

answer_memory::answer_memory(std::size_t most_answers)
    : answers_(most_answers), texts_(most_answers * bytes_per_answer, '\0'), index_(most_answers) {}

void answer_memory::remember(const hashed_number& answered, const card::card_outcome& outcome) {
    std::size_t length = 0;
    for (const auto field : text_fields)
        length += (outcome.*field).size();
    if (answers_.empty() || length > texts_.size()) return;
    const auto begin = place_for(length);
    while (count_ > 0 &&
           (count_ == answers_.size() || answers_[oldest_].begin + texts_.size() < begin + length)) {
        forget_oldest();
    }
    const auto id = (oldest_ + count_) % answers_.size();
    auto& kept = answers_[id];
    kept.number = answered.number;
    kept.hash = answered.hash;
    kept.outcome = outcome.outcome;
    kept.begin = begin;
    auto to = texts_.begin() + static_cast<std::ptrdiff_t>(begin % texts_.size());
    std::uint16_t end = 0;
    for (std::size_t i = 0; i < text_fields.size(); ++i) {
        const auto text = outcome.*text_fields[i];
        to = std::copy(text.begin(), text.end(), to);
        end = static_cast<std::uint16_t>(end + text.size());
        kept.ends[i] = end;
    }
    texts_end_ = begin + length;
    ++count_;
    index_.insert(answered.hash, static_cast<std::uint32_t>(id));
}

std::optional<card::card_outcome> answer_memory::recall(const hashed_number& wanted,
                                                        std::uint64_t line) const noexcept {
    const auto id = index_.find(
        wanted.hash, [&](std::uint32_t candidate) { return answers_[candidate].number == wanted.number; });
    if (id == no_id) return std::nullopt;
    const auto& kept = answers_[id];
    card::card_outcome row;
    row.line = line;
    row.number = kept.number.view();
    row.kind = kept.number.kind();
    row.outcome = kept.outcome;
    const auto texts = std::string_view(texts_).substr(kept.begin % texts_.size(), kept.ends.back());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text_fields.size(); ++i) {
        row.*text_fields[i] = texts.substr(begin, kept.ends[i] - begin);
        begin = kept.ends[i];
    }
    return row;
}

std::uint64_t answer_memory::place_for(std::size_t length) const noexcept {
    const auto left = texts_.size() - texts_end_ % texts_.size();
    return length <= left ? texts_end_ : texts_end_ + left;
}

void answer_memory::forget_oldest() {
    index_.erase(answers_[oldest_].hash, static_cast<std::uint32_t>(oldest_));
    oldest_ = (oldest_ + 1) % answers_.size();
    --count_;
}

}  // namespace cardresolver::dispatch
