#include "run/open_lines.hpp"

#include "dispatch/verify.hpp"

#include <bit>

namespace cardresolver::run {
namespace {

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

void line_ranges::add(line_range lines) {
    if (!ends_before(lines.first)) {
        end();
        ranges_.push_back(lines);
    }
    next_ = lines.last + 1;
}

/// Those of the lines of a place that `records` has.
std::uint64_t open_lines::bits_of(line_range records, std::uint64_t first_of_place) noexcept {
    constexpr auto all = ~std::uint64_t{0};
    auto bits = all;
    if (records.first > first_of_place) bits &= all << (records.first - first_of_place);
    const auto last_of_place = first_of_place + span - 1;
    if (records.last < last_of_place) bits &= all >> (last_of_place - records.last);
    return bits;
}

void open_lines::open(line_range records) {
    CARDRESOLVER_VERIFY(records.first > newest_ && records.last >= records.first);
    for (auto line = records.first - records.first % span; line <= records.last; line += span) {
        if (places_.empty() || places_.back().line != line) places_.push() = {line, 0};
        places_.back().open |= bits_of(records, line);
    }
    newest_ = records.last;
}

void open_lines::close(line_range records) {
    auto line = records.first - records.first % span;
    // Lines that follow each other share a place, or have places that do.
    for (auto index = places_.index_of(line); line <= records.last; line += span, ++index) {
        CARDRESOLVER_VERIFY(index < places_.size());
        auto& one = places_[index];
        const auto bits = bits_of(records, line);
        CARDRESOLVER_VERIFY(one.line == line && (one.open & bits) == bits);
        one.open &= ~bits;
    }
    while (!places_.empty() && places_.front().open == 0)
        places_.pop_front();
}

std::optional<std::uint64_t> open_lines::oldest() const noexcept {
    if (places_.empty()) return std::nullopt;
    return places_.front().line + static_cast<unsigned>(std::countr_zero(places_.front().open));
}

line_ranges open_lines::lines() const {
    line_ranges open;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const auto& one = places_[i];
        for (unsigned at = 0; at < span && one.open >> at != 0;) {
            const auto first = at + static_cast<unsigned>(std::countr_zero(one.open >> at));
            at = first + static_cast<unsigned>(std::countr_one(one.open >> first));
            open.add({one.line + first, one.line + at - 1});
        }
    }
    return open;
}

}  // namespace cardresolver::run
