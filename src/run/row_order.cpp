#include "run/row_order.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::run {
namespace {

constexpr std::size_t first_places = 1024;

}  // namespace

void row_order::expect(std::uint64_t line) {
    if (size_ == places_.size()) grow();
    CARDRESOLVER_VERIFY(size_ == 0 || at(size_ - 1).line < line);
    at(size_).line = line;
    ++size_;
}

/// Without blank lines and records of several lines, the place follows from the line; with them, it lies
/// before.
std::size_t row_order::find(std::uint64_t line) noexcept {
    CARDRESOLVER_VERIFY(size_ > 0 && first().line <= line);
    std::size_t low = 0;
    auto high = static_cast<std::size_t>(std::min<std::uint64_t>(line - first().line, size_ - 1));
    if (at(high).line == line) return high;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (at(middle).line < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    CARDRESOLVER_VERIFY(at(low).line == line);
    return low;
}

void row_order::keep(std::size_t index, const card::card_outcome& row) {
    auto& one = at(index);
    CARDRESOLVER_VERIFY(!one.is_there);
    one.row.assign(row);
    one.is_there = true;
    waiting_bytes_ += one.row.bytes();
    ++waiting_[static_cast<std::size_t>(row.outcome)];
}

void row_order::forget(place& one) noexcept {
    waiting_bytes_ -= one.row.bytes();
    --waiting_[static_cast<std::size_t>(one.row.outcome())];
    one.row.clear();
    one.is_there = false;
}

void row_order::drop_first() noexcept {
    first_ = (first_ + 1) & (places_.size() - 1);
    --size_;
}

void row_order::grow() {
    std::vector<place> larger(std::max(first_places, places_.size() * 2));
    for (std::size_t i = 0; i < size_; ++i)
        larger[i] = std::move(at(i));
    places_ = std::move(larger);
    first_ = 0;
}

}  // namespace cardresolver::run
