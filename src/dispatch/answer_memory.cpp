#include "dispatch/answer_memory.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::dispatch {

answer_memory::answer_memory(std::size_t most_answers)
    : answers_(most_answers),
      statements_(1),
      free_statements_{0},
      most_statement_bytes_(most_answers * bytes_per_answer) {
    static_assert(sizeof(answer) == 64, "an answer is one line of the cache");
    recent_.fill(no_id);
}

std::string_view answer_memory::answer::number(card::card_kind of) const noexcept {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < card::index_of(of); ++i)
        begin += lengths[i];
    return {numbers.data() + begin, lengths[card::index_of(of)]};
}

bool answer_memory::is_about(std::uint32_t id, const card::card_number& number) const noexcept {
    const auto& kept = answers_[id];
    return kept.kind == number.kind() && card::same_text(kept.number(kept.kind), number.view());
}

card::card_outcome answer_memory::row(std::uint32_t id, std::uint64_t line) const noexcept {
    const auto& kept = answers_[id];
    const auto& said = statements_[kept.said];
    card::card_outcome row;
    row.line = line;
    row.number = kept.number(kept.kind);
    row.kind = kept.kind;
    row.outcome = kept.outcome;
    row.iccid = kept.number(card::card_kind::iccid);
    row.msisdn = kept.number(card::card_kind::msisdn);
    row.imsi = kept.number(card::card_kind::imsi);
    row.status = said.status;
    row.message = said.message;
    return row;
}

std::uint32_t answer_memory::find_statement(std::string_view status,
                                            std::string_view message) const noexcept {
    for (const auto place : recent_) {
        if (place != no_id && is_said_by(place, status, message)) return place;
    }
    return no_id;
}

std::uint32_t answer_memory::add_statement(std::string_view status, std::string_view message) {
    std::uint32_t id = 0;
    if (free_statements_.empty()) {
        id = static_cast<std::uint32_t>(statements_.size());
        statements_.emplace_back();
    } else {
        id = free_statements_.back();
        free_statements_.pop_back();
    }
    auto& added = statements_[id];
    added.status = status;
    added.message = message;
    statement_bytes_ += added.size();
    std::shift_right(recent_.begin(), recent_.end(), 1);
    recent_.front() = id;
    return id;
}

void answer_memory::drop_statement(std::uint32_t id) {
    statement_bytes_ -= statements_[id].size();
    const auto dropped = std::move(statements_[id]);  // with its memory, which an assignment would keep
    free_statements_.push_back(id);
}

}  // namespace cardresolver::dispatch
