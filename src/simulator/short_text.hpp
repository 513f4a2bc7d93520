// A text of at most N characters without a heap: a card's numbers, by the million.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cardresolver::simulator {

/// At most `Capacity` characters; what is longer is cut off. Trivially copyable.
template <std::size_t Capacity>
class short_text {
public:
    constexpr short_text() noexcept = default;
    constexpr explicit short_text(std::string_view text) noexcept
        : length_(static_cast<std::uint8_t>(std::min(text.size(), Capacity))) {
        std::copy_n(text.begin(), length_, characters_.begin());
    }

    /// For writing in place: room for `size` characters, not more than `Capacity`, all to be written.
    constexpr char* start(std::size_t size) noexcept {
        length_ = static_cast<std::uint8_t>(size);
        return characters_.data();
    }

    constexpr std::string_view view() const noexcept { return {characters_.data(), length_}; }
    constexpr bool empty() const noexcept { return length_ == 0; }

private:
    std::array<char, Capacity> characters_{};
    std::uint8_t length_ = 0;
};

}  // namespace cardresolver::simulator
