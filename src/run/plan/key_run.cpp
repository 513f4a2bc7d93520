#include "run/plan/key_run.hpp"

#include <cstring>

namespace cardresolver::run {
namespace {

constexpr std::uint64_t more = 0x80;

void append_whole(std::string& bytes, const number_key& key) {
    std::array<char, longest_key> whole{};
    std::memcpy(&whole[1], &key, sizeof key);
    bytes.append(whole.data(), whole.size());
}

}  // namespace

void key_run::begin(const number_key& key) {
    first = key;
    append_whole(bytes, key);
}

void key_run::append(const number_key& key) {
    if (key.high != last.high) return append_whole(bytes, key);
    auto distance = key.low - last.low;
    for (; distance >= more; distance >>= 7U)
        bytes.push_back(static_cast<char>(distance | more));
    bytes.push_back(static_cast<char>(distance));
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
