// Rows in the order of the list, though answers come in another. Pure.
#pragma once

#include "card/outcome.hpp"
#include "run/line_ring.hpp"
#include "run/stored_row.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace cardresolver::run {

/// Keeps the rows whose turn has not come. Its records are those from the oldest one without its row out to
/// the newest; `is_full` says when no further one should be taken in. Memory: about 80 bytes for each of them
/// and the texts of the rows that wait, allocated as they come.
class row_order {
public:
    using counts = std::array<std::uint64_t, card::outcome_kind_count>;  ///< by `card::outcome_kind`

    static constexpr std::size_t default_max_bytes = std::size_t{64} << 20U;

    /// `window`: most records, at least 1. `max_bytes`: as many bytes of waiting rows are enough, too.
    explicit row_order(std::size_t window, std::size_t max_bytes = default_max_bytes)
        : window_(window), max_bytes_(max_bytes) {}

    bool is_full() const noexcept { return places_.size() >= window_ || waiting_bytes_ >= max_bytes_; }
    /// Every row is out.
    bool is_empty() const noexcept { return places_.empty(); }

    /// The next record of the list; its row is due. `line` is greater than all before.
    void expect(std::uint64_t line);

    /// The row of an expected line, once. Where its turn has come, hands it to `write(row)`, and then those
    /// that have waited for it; else keeps a copy.
    template <class Write>
    void put(const card::card_outcome& row, Write&& write) {
        const auto at = places_.index_of(row.line);
        if (at != 0) return keep(places_[at], row);
        write(row);
        places_.pop_front();
        while (!places_.empty() && places_.front().is_there) {
            auto& next = places_.front();
            write(next.row.view(next.line));
            forget(next);
            places_.pop_front();
        }
    }

private:
    struct place {
        std::uint64_t line = 0;
        bool is_there = false;
        stored_row row;
    };

    void keep(place& one, const card::card_outcome& row);
    void forget(place& one) noexcept;

    std::size_t window_;
    std::size_t max_bytes_;
    line_ring<place> places_;
    std::size_t waiting_bytes_ = 0;
};

}  // namespace cardresolver::run
