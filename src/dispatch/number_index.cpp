#include "dispatch/number_index.hpp"

namespace cardresolver::dispatch {
namespace {

/// On the average at most: where a quarter of the places is free, one id in thirty is not in its bucket.
constexpr std::size_t most_in_bucket = 9;

}  // namespace

number_index::number_index(std::size_t most_ids)
    : buckets_(std::bit_ceil(most_ids / most_in_bucket + 1)),
      mask_(static_cast<std::uint32_t>(buckets_.size() - 1)) {
    CARDRESOLVER_VERIFY(most_ids < id_limit);
}

void number_index::count_passing(std::uint32_t hash, std::uint32_t last, std::uint32_t change) noexcept {
    for (auto at = home_of(hash); at != last; at = next(at))
        buckets_[at].passed_by += change;
}

}  // namespace cardresolver::dispatch
