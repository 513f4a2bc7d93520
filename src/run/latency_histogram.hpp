// Percentiles of millions of latencies in a few kilobytes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace cardresolver::run {

/// Counts durations in buckets whose width grows with the value: 32 for each doubling, so that a percentile
/// is exact to about 3 %. From 1 µs to about 70 minutes; the largest value is kept exactly.
class latency_histogram {
public:
    void add(std::chrono::steady_clock::duration latency) noexcept;

    /// The latency that the share `quantile` (0 to 1) of all does not exceed, in milliseconds; 0 where empty.
    double quantile_ms(double quantile) const noexcept;
    double max_ms() const noexcept { return static_cast<double>(max_us_) / 1000.0; }
    std::uint64_t count() const noexcept { return count_; }

    /// All that `other` holds.
    void add(const latency_histogram& other) noexcept;

    // --- to write it down and to read it back: its buckets, `bucket_count` of them
    static constexpr unsigned sub_bits = 5;
    static constexpr std::size_t bucket_count = 28U << sub_bits;
    std::uint64_t count_in(std::size_t bucket) const noexcept { return buckets_[bucket]; }
    std::uint64_t max_us() const noexcept { return max_us_; }
    /// `max_us`: the largest value that is known of. What is no bucket of ours counts as the last one.
    void add_to(std::size_t bucket, std::uint64_t count, std::uint64_t max_us) noexcept;

private:
    static std::size_t bucket_of(std::uint64_t us) noexcept;
    static std::uint64_t upper_bound_of(std::size_t bucket) noexcept;

    std::array<std::uint64_t, bucket_count> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_us_ = 0;
};

}  // namespace cardresolver::run
