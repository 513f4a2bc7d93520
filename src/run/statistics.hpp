// What a run counts, for the summary and the progress.
#pragma once

#include "card/outcome.hpp"
#include "dispatch/dispatcher.hpp"
#include "net/client_settings.hpp"
#include "run/latency_histogram.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {

using dispatch::hold_reason;

/// `throttled`, `day-quota`, `carrier`, `schedule`.
std::string_view to_string(hold_reason reason) noexcept;

/// A snapshot; cheap to take.
struct statistics {
    std::array<std::uint64_t, card::outcome_kind_count> outcomes{};  ///< rows, by `outcome_kind`
    std::uint64_t lines_read = 0;                                    ///< physical lines of the input
    std::uint64_t input_bytes_read = 0;
    std::optional<std::uint64_t> input_size;  ///< bytes; none for a pipe
    std::uint64_t cards_asked = 0;            ///< over all requests
    std::uint64_t bytes_written = 0;          ///< to the output
    dispatch::statistics requests;
    net::client_statistics network;
    std::size_t in_flight = 0;
    std::size_t connections_open = 0;
    std::string rows_wait_for;  ///< what holds the rows up: a full disk, a locked database; empty: nothing
    std::chrono::steady_clock::duration elapsed{};
    std::vector<dispatch::rate_limit> limits;  ///< in force
    bool finds_limit = false;                  ///< the carrier's limit is looked for, below `limits`
    std::optional<double> found_rate;          ///< requests a second that it bears, as far as is known
    std::uint64_t permits_unused = 0;    ///< requests that the limits would have allowed beyond those sent
    std::optional<hold_reason> held_by;  ///< why nothing is sent
    std::optional<std::chrono::steady_clock::duration> held_for;  ///< for so much longer, where that is known

    bool is_unlimited() const noexcept { return limits.empty() && !finds_limit; }

    std::uint64_t rows() const noexcept {
        std::uint64_t sum = 0;
        for (const auto count : outcomes)
            sum += count;
        return sum;
    }
    std::uint64_t count_of(card::outcome_kind kind) const noexcept {
        return outcomes[static_cast<std::size_t>(kind)];
    }
};

/// What grows too large to be copied for a snapshot.
struct distributions {
    latency_histogram latency;
    std::map<std::string, std::uint64_t, std::less<>> statuses;  ///< rows, by `status`
};

}  // namespace cardresolver::run
