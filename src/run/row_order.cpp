#include "run/row_order.hpp"

#include "dispatch/verify.hpp"

namespace cardresolver::run {

void row_order::expect(std::uint64_t line) {
    CARDRESOLVER_VERIFY(places_.empty() || places_[places_.size() - 1].line < line);
    places_.push().line = line;
}

void row_order::keep(place& one, const card::card_outcome& row) {
    CARDRESOLVER_VERIFY(!one.is_there);
    one.row.assign(row);
    one.is_there = true;
    waiting_bytes_ += one.row.bytes();
}

void row_order::forget(place& one) noexcept {
    waiting_bytes_ -= one.row.bytes();
    one.row.clear();
    one.is_there = false;
}

}  // namespace cardresolver::run
