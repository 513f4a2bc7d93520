#include "run/plan/unsorted_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cardresolver::run {
namespace {

/// Fewer keys are sorted by comparing.
constexpr std::size_t few_keys = 512;

constexpr std::size_t byte_of(std::uint64_t word, unsigned shift) noexcept {
    return word >> shift & 0xFFU;
}

/// One pass of a radix sort: by the byte at `shift`.
void sort_by_byte(std::vector<std::uint64_t>& words, std::vector<std::uint64_t>& room, unsigned shift) {
    std::array<std::uint32_t, 256>
        places{};  // how many words have each value, then where the next of them goes
    for (const auto word : words)
        ++places[byte_of(word, shift)];
    std::uint32_t sum = 0;
    for (auto& place : places)
        sum += std::exchange(place, sum);
    for (const auto word : words)
        room[places[byte_of(word, shift)]++] = word;
    words.swap(room);
}

/// By each byte in which they differ.
void sort_words(std::vector<std::uint64_t>& words, std::vector<std::uint64_t>& room) {
    if (words.size() < few_keys) return std::sort(words.begin(), words.end());
    room.resize(words.size());
    std::uint64_t differences = 0;
    for (const auto word : words)
        differences |= word ^ words.front();
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (byte_of(differences, shift) != 0) sort_by_byte(words, room, shift);
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
