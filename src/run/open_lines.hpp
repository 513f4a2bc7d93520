// Which records of the list are taken in and have no durable row yet. Pure.
#pragma once

#include "run/line_ring.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {

/// Lines from `first` to `last`, each of them the line of a record.
struct line_range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool operator==(const line_range&) const = default;
};

/// Lines in the order of their adding; what is adjacent becomes one range.
class line_ranges {
public:
    void add(std::uint64_t line) { add({line, line}); }
    void add(line_range lines);
    /// Whether `line` would be one more of the last range.
    bool ends_before(std::uint64_t line) const noexcept { return next_ == line; }
    /// So many lines are added, from that one on.
    void extend(std::size_t lines) noexcept { next_ += lines; }
    bool empty() const noexcept { return ranges_.empty(); }
    const std::vector<line_range>& ranges() noexcept {
        end();
        return ranges_;
    }

private:
    static constexpr auto no_line = std::numeric_limits<std::uint64_t>::max();

    void end() noexcept {
        if (!ranges_.empty()) ranges_.back().last = next_ - 1;
    }

    std::vector<line_range> ranges_;  ///< where the last one ends, `next_` says
    std::uint64_t next_ = no_line;    ///< behind the last line
};

/// A set of lines in few bytes: the distances between the ends of its ranges as LEB128 numbers. `ranges`
/// ascend and do not overlap.
std::string encode_lines(const std::vector<line_range>& ranges);

/// What `encode_lines` made; nothing where `bytes` is not that.
std::optional<std::vector<line_range>> decode_lines(std::string_view bytes);

/// Records are opened in the order of the list and closed in any order. Memory: a bit for each line from the
/// oldest open record to the newest; where records are far apart, 16 bytes for each of them at most.
class open_lines {
public:
    /// The next records of the list. Their lines are greater than all before.
    void open(line_range records);
    /// Open records are done with.
    void close(line_range records);

    /// The oldest open record.
    std::optional<std::uint64_t> oldest() const noexcept;
    /// The newest record that was ever opened; 0 before the first one.
    std::uint64_t newest() const noexcept { return newest_; }
    /// All open records.
    line_ranges lines() const;

private:
    /// So many lines share a place.
    static constexpr std::uint64_t span = 64;

    struct place {
        std::uint64_t line = 0;  ///< the first one, a multiple of `span`
        std::uint64_t open = 0;  ///< a bit for each line: whether it is that of an open record
    };

    static std::uint64_t bits_of(line_range records, std::uint64_t first_of_place) noexcept;

    line_ring<place, span> places_;  ///< of lines with records; in the oldest, one is open
    std::uint64_t newest_ = 0;
};

}  // namespace cardresolver::run
