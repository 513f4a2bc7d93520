#include "run/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cardresolver::run {

std::size_t latency_histogram::bucket_of(std::uint64_t us) noexcept {
    constexpr std::uint64_t linear = 1U << sub_bits;
    if (us < linear) return us;
    const auto doubling = static_cast<unsigned>(std::bit_width(us)) - sub_bits - 1;
    const std::size_t bucket = ((doubling + 1U) << sub_bits) + ((us >> doubling) - linear);
    return std::min(bucket, bucket_count - 1);
}

std::uint64_t latency_histogram::upper_bound_of(std::size_t bucket) noexcept {
    constexpr std::uint64_t linear = 1U << sub_bits;
    if (bucket < linear) return bucket;
    const auto doubling = (bucket >> sub_bits) - 1;
    return (((bucket & (linear - 1)) + linear + 1) << doubling) - 1;
}

void latency_histogram::add(std::chrono::steady_clock::duration latency) noexcept {
    const auto us =
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
    const auto value = static_cast<std::uint64_t>(us);
    ++buckets_[bucket_of(value)];
    ++count_;
    max_us_ = std::max(max_us_, value);
}

void latency_histogram::add_to(std::size_t bucket, std::uint64_t count, std::uint64_t max_us) noexcept {
    buckets_[std::min(bucket, bucket_count - 1)] += count;
    count_ += count;
    max_us_ = std::max(max_us_, max_us);
}

void latency_histogram::add(const latency_histogram& other) noexcept {
    // Done for each block of rows: nothing in the loop but what a vector of numbers can do.
    for (std::size_t i = 0; i < bucket_count; ++i)
        buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_us_ = std::max(max_us_, other.max_us_);
}

double latency_histogram::quantile_ms(double quantile) const noexcept {
    if (count_ == 0) return 0.0;
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return static_cast<double>(std::min(upper_bound_of(i), max_us_)) / 1000.0;
    }
    return max_ms();
}

}  // namespace cardresolver::run
