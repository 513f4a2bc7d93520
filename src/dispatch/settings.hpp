// What the user decides about sending.
#pragma once

#include "dispatch/backoff.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/quota/exchange.hpp"
#include "dispatch/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cardresolver::dispatch {

struct settings {
    std::size_t batch_size = 100;     ///< most cards in a request, 1 to 100
    std::size_t connections = 32;     ///< cards are taken in for so many requests in flight
    std::size_t window = 6'400;       ///< cards between line and row, at most; a multiple of `batch_size`
    std::size_t remembered = 10'000;  ///< answered cards that are not asked again for a further line
    unsigned attempts = 6;            ///< for each card, counting those alone that are its own fault
    duration linger = std::chrono::seconds(1);         ///< how long a card waits for its batch to fill
    dispatch::pace pace;                               ///< how much the carrier may be asked
    duration give_up_after = std::chrono::minutes(2);  ///< without any HTTP reply since the first attempt
    backoff_policy retry;                              ///< between attempts of one batch, with full jitter
    /// The same while several requests in a row fail: spread out, so that the first seconds of an outage do
    /// not use up the attempts of the batches that meet it.
    backoff_policy suspect_retry{std::chrono::seconds(1), std::chrono::seconds(20)};
    quota::process_id process = 1;                       ///< of this process, for the account's ledger
    duration longest_flight = std::chrono::seconds(25);  ///< a request is answered or given up within this
    std::uint64_t seed = 0;                              ///< of all randomness
    bool names_lines = false;  ///< requests come with the lines of their cards, for a trace
};

}  // namespace cardresolver::dispatch
