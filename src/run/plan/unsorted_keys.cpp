#include "run/plan/unsorted_keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace cardresolver::run {
namespace {

/// Fewer keys are sorted by comparing.
constexpr std::size_t few_keys = 1024;

/// Bits by which one pass sorts at most: as many as have their places in the processor's nearest cache.
constexpr unsigned most_bits = 11;

/// A part of a word.
struct digit {
    unsigned shift = 0;
    unsigned bits = 0;

    constexpr std::size_t of(std::uint64_t word) const noexcept { return word >> shift & ((1U << bits) - 1); }
};

/// One pass of a radix sort.
void sort_by(digit by, std::vector<std::uint64_t>& words, std::vector<std::uint64_t>& room) {
    std::array<std::uint32_t, 1U << most_bits>
        places{};  // how many words have each value, then where the next of them goes
    for (const auto word : words)
        ++places[by.of(word)];
    std::uint32_t sum = 0;
    for (auto& place : places)
        sum += std::exchange(place, sum);
    for (const auto word : words)
        room[places[by.of(word)]++] = word;
    words.swap(room);
}

/// By the bits from the first to the last in which they differ, in parts that are about equal.
void sort_words(std::vector<std::uint64_t>& words, std::vector<std::uint64_t>& room) {
    if (words.size() < few_keys) return std::sort(words.begin(), words.end());
    room.resize(words.size());
    std::uint64_t differences = 0;
    for (const auto word : words)
        differences |= word ^ words.front();
    const auto end = static_cast<unsigned>(std::bit_width(differences));
    const auto begin = std::min(end, static_cast<unsigned>(std::countr_zero(differences)));
    const auto passes = (end - begin + most_bits - 1) / most_bits;
    for (unsigned pass = 0; pass < passes; ++pass) {
        const auto shift = begin + (end - begin) * pass / passes;
        const auto next = begin + (end - begin) * (pass + 1) / passes;
        const digit by{shift, next - shift};
        if (by.of(differences) != 0) sort_by(by, words, room);
    }
}

}  // namespace

void unsorted_keys::reserve(std::size_t count) {
    usual_.reserve(count);
    others_.reserve(count);
}

void unsorted_keys::add(std::span<const number_key> keys) {
    for (const auto& key : keys) {
        if (key.high == 0) {
            usual_.push_back(key.low);
        } else {
            others_.push_back(key);
        }
    }
}

void unsorted_keys::clear() noexcept {
    usual_.clear();
    others_.clear();
}

key_run unsorted_keys::sort() {
    constexpr std::size_t many = 256;
    sort_words(usual_, room_);
    std::sort(others_.begin(), others_.end());
    key_run run;
    std::array<number_key, many> keys;
    for (std::size_t at = 0; at < usual_.size(); at += many) {
        const auto count = std::min(many, usual_.size() - at);
        for (std::size_t i = 0; i < count; ++i)
            keys[i] = {0, usual_[at + i]};
        run.add({keys.data(), count});
    }
    run.add(others_);
    return run;
}

}  // namespace cardresolver::run
