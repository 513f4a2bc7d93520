#include "run/plan/key_run.hpp"

#include <algorithm>
#include <cstring>

namespace cardresolver::run {
namespace {

constexpr std::uint64_t more = 0x80;

/// Keys that are made into bytes before these are appended.
constexpr std::size_t keys_at_once = 256;

char* write_whole(char* to, const number_key& key) noexcept {
    *to++ = '\0';
    std::memcpy(to, &key, sizeof key);
    return to + sizeof key;
}

char* write_distance(char* to, std::uint64_t distance) noexcept {
    for (; distance >= more; distance >>= 7U)
        *to++ = static_cast<char>(distance | more);
    *to++ = static_cast<char>(distance);
    return to;
}

}  // namespace

/// `key` has its place behind `last`. Returns the end of what was written.
inline char* key_run::write(char* to, const number_key& key) noexcept {
    to = key.high == last.high && !empty() ? write_distance(to, key.low - last.low) : write_whole(to, key);
    last = key;
    ++counts[card::index_of(kind_of(key))];
    return to;
}

void key_run::add(std::span<const number_key> keys) {
    std::array<char, keys_at_once * longest_key> made{};
    while (!keys.empty()) {
        // The first of all is written by itself: `empty` knows of it then.
        const auto some = keys.first(empty() ? 1 : std::min(keys.size(), keys_at_once));
        if (empty()) first = some.front();
        char* end = made.data();
        for (const auto& key : some) {
            if (empty() || key != last) end = write(end, key);
        }
        bytes.append(made.data(), end);
        keys = keys.subspan(some.size());
    }
}

void take_key(std::string_view& bytes, number_key& key) noexcept {
    if (bytes.front() == '\0') {
        std::memcpy(&key, bytes.data() + 1, sizeof key);
        bytes.remove_prefix(longest_key);
        return;
    }
    std::uint64_t distance = 0;
    std::size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes[size++]);
        distance |= (byte & (more - 1)) << shift;
        if ((byte & more) == 0) break;
    }
    key.low += distance;
    bytes.remove_prefix(size);
}

}  // namespace cardresolver::run
