// Where a reply is written: grows once, then serves every reply of its connection without another allocation.
#pragma once

#include "simulator/short_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// Appends bytes. Not a `std::string`, whose checks for each of fifteen pieces of an item would cost more
/// than all else that answers a card.
class text_buffer {
public:
    void clear() noexcept { size_ = 0; }
    std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    std::size_t size() const noexcept { return size_; }

    /// Cuts off what is beyond `size` bytes.
    void truncate(std::size_t size) noexcept { size_ = std::min(size_, size); }

    void put(std::string_view text) {
        if (text.empty()) return;
        if (bytes_.size() - size_ < text.size()) grow(text.size());
        std::memcpy(bytes_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }

    /// The same for a short text: one copy of a length known beforehand.
    template <std::size_t Capacity>
    void put(const short_text<Capacity>& text) {
        if (bytes_.size() - size_ < Capacity) grow(Capacity);
        std::memcpy(bytes_.data() + size_, text.view().data(), Capacity);
        size_ += text.view().size();
    }

    void put_number(std::uint64_t value) {
        constexpr std::size_t most_digits = 20;
        if (bytes_.size() - size_ < most_digits) grow(most_digits);
        const auto* const end =
            std::to_chars(bytes_.data() + size_, bytes_.data() + bytes_.size(), value).ptr;
        size_ = static_cast<std::size_t>(end - bytes_.data());
    }

private:
    void grow(std::size_t extra) { bytes_.resize(std::max(bytes_.size() * 2, size_ + extra + 1024)); }

    std::vector<char> bytes_;
    std::size_t size_ = 0;
};

}  // namespace cardresolver::simulator
