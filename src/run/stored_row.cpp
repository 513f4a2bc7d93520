#include "run/stored_row.hpp"

namespace cardresolver::run {
namespace {

constexpr std::size_t usual_bytes = 512;

}  // namespace

void stored_row::assign(const card::card_outcome& row) {
    kind_ = row.kind;
    outcome_ = row.outcome;
    texts_.clear();
    for (std::size_t i = 0; i < text_fields.size(); ++i) {
        const auto text = row.*text_fields[i];
        lengths_[i] = static_cast<std::uint32_t>(text.size());
        texts_.append(text);
    }
}

void stored_row::clear() noexcept {
    texts_.clear();
    if (texts_.capacity() > usual_bytes) std::string().swap(texts_);
}

card::card_outcome stored_row::view(std::uint64_t line) const noexcept {
    card::card_outcome row;
    row.line = line;
    row.kind = kind_;
    row.outcome = outcome_;
    std::string_view rest = texts_;
    for (std::size_t i = 0; i < text_fields.size(); ++i) {
        row.*text_fields[i] = rest.substr(0, lengths_[i]);
        rest.remove_prefix(lengths_[i]);
    }
    return row;
}

}  // namespace cardresolver::run
