#include "dispatch/answer_memory.hpp"

namespace cardresolver::dispatch {

card::card_outcome answer::row(std::uint64_t line) const noexcept {
    const auto part = [this](unsigned at, std::uint32_t highest) { return rest >> at & highest; };
    const std::string_view first(texts.data(), part(first_at, longest_text));
    const std::string_view second(texts.data() + first.size(), part(0, longest_text));
    const auto kind = number.kind();
    card::card_outcome row;
    row.line = line;
    row.number = number.view();
    row.kind = kind;
    row.outcome = static_cast<card::outcome_kind>(part(outcome_at, 3));
    row.iccid = kind == card::card_kind::iccid ? row.number : first;
    row.imsi = kind == card::card_kind::imsi ? row.number : kind == card::card_kind::iccid ? first : second;
    row.msisdn = kind == card::card_kind::msisdn ? row.number : second;
    return row;
}

card::card_outcome answer_memory::row(const answer& kept, std::uint64_t line) const noexcept {
    auto row = kept.row(line);
    row.status = statements_.status(kept.said());
    row.message = statements_.message(kept.said());
    return row;
}

}  // namespace cardresolver::dispatch
