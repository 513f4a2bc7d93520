#include "run/open_lines.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>

namespace cardresolver::run {
namespace {

constexpr std::size_t first_places = 1024;

constexpr std::uint64_t line_of(std::uint64_t place) noexcept {
    return place >> 1U;
}
constexpr bool is_closed(std::uint64_t place) noexcept {
    return (place & 1U) != 0;
}

void append_number(std::string& to, std::uint64_t number) {
    for (; number > 0x7F; number >>= 7U)
        to.push_back(static_cast<char>((number & 0x7FU) | 0x80U));
    to.push_back(static_cast<char>(number));
}

/// Takes one number off the front; nothing where it is not whole, or has more than 63 bits.
std::optional<std::uint64_t> take_number(std::string_view& from) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 63 && !from.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) == 0) return number;
    }
    return std::nullopt;
}

}  // namespace

std::string encode_lines(const std::vector<line_range>& ranges) {
    std::string bytes;
    std::uint64_t before = 0;
    for (const auto& range : ranges) {
        CARDRESOLVER_VERIFY(range.first > before && range.last >= range.first);
        append_number(bytes, range.first - before);
        append_number(bytes, range.last - range.first);
        before = range.last;
    }
    return bytes;
}

std::optional<std::vector<line_range>> decode_lines(std::string_view bytes) {
    constexpr auto most = std::uint64_t{1} << 62U;
    std::vector<line_range> ranges;
    std::uint64_t before = 0;
    while (!bytes.empty()) {
        const auto distance = take_number(bytes);
        const auto more = distance ? take_number(bytes) : std::nullopt;
        if (!more || *distance == 0 || *distance > most - before || *more > most - before - *distance) {
            return std::nullopt;
        }
        ranges.push_back({before + *distance, before + *distance + *more});
        before = ranges.back().last;
    }
    return ranges;
}

void open_lines::open(std::uint64_t line) {
    CARDRESOLVER_VERIFY(line > newest_);
    if (size_ == places_.size()) grow();
    at(size_) = line << 1U;
    ++size_;
    newest_ = line;
}

void open_lines::close(std::uint64_t line) {
    auto& place = at(find(line));
    CARDRESOLVER_VERIFY(place == line << 1U);
    place |= 1U;
    while (size_ > 0 && is_closed(at(0))) {
        first_ = (first_ + 1) & (places_.size() - 1);
        --size_;
    }
}

/// Without blank lines and records of several lines, the place follows from the line; with them, it lies
/// before.
std::size_t open_lines::find(std::uint64_t line) const noexcept {
    CARDRESOLVER_VERIFY(size_ > 0 && line_of(at(0)) <= line);
    std::size_t low = 0;
    auto high = static_cast<std::size_t>(std::min<std::uint64_t>(line - line_of(at(0)), size_ - 1));
    if (line_of(at(high)) == line) return high;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (line_of(at(middle)) < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

std::optional<std::uint64_t> open_lines::oldest() const noexcept {
    if (size_ == 0) return std::nullopt;
    return line_of(at(0));
}

line_ranges open_lines::lines() const {
    line_ranges open;
    for (std::size_t i = 0; i < size_; ++i) {
        if (!is_closed(at(i))) open.add(line_of(at(i)));
    }
    return open;
}

void open_lines::grow() {
    std::vector<std::uint64_t> larger(std::max(first_places, places_.size() * 2));
    for (std::size_t i = 0; i < size_; ++i)
        larger[i] = at(i);
    places_ = std::move(larger);
    first_ = 0;
}

}  // namespace cardresolver::run
