// Which faults strike what. Pure: the same seed, fault and key are struck again, in any process.
//
// A draw is u = mix(fnv1a(name + ":" + key) + mix(seed)) / 2^64 cut to 53 bits; the fault strikes where u is
// less than its probability. `name` is the fault's name; `key` is the card's number as it was asked (poison,
// foreign) or the last eight digits of the transid (all others). `fnv1a`, `mix`: hashing.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cardresolver::simulator {

/// What can go wrong, by name. In the order in which `fault_names` gives them.
enum class fault : std::uint8_t {
    poison,         ///< card: any request with it is refused with 10
    foreign,        ///< card: its item says that it is another customer's
    missing_item,   ///< reply of two items or more: exactly one item is missing
    extra_item,     ///< reply of two items or more: an item of a card that nobody asked
    repeated_item,  ///< reply of two items or more: one item stands there twice
    shuffled,       ///< reply of two items or more: the items in another order
    busy,           ///< request: refused with 73
    throttle,       ///< request: refused with 71
    http_500,       ///< request: HTTP status 500
    http_429,       ///< request: HTTP status 429, `Retry-After: 1`
    html,           ///< request: a web page with HTTP status 200
    reset,          ///< request: the connection is reset instead of an answer
    stall,          ///< request: no answer; the connection stays open
    truncate,       ///< request: the connection ends in the middle of the body
    malformed,      ///< request: the body is no JSON
    missing_comma,  ///< request: one item lacks its first comma, as in the document's sample
    null_result,    ///< request: status 0 with a null result
    number_status,  ///< request: every status is a JSON number
    upper_keys,     ///< request: every key in capitals
};

inline constexpr std::size_t fault_count = 19;

/// The name on the command line: `missing-item`.
std::string_view to_string(fault which) noexcept;

/// The probabilities and the seed. Immutable.
class fault_plan {
public:
    /// Names and probabilities; the last one of a repeated name holds. Throws `std::runtime_error` for an
    /// unknown name and a probability outside 0 to 1.
    fault_plan(std::uint64_t seed, const std::vector<std::pair<std::string, double>>& faults);

    /// Whether `which` strikes `key`. The pure function that tests predict card faults with.
    bool strikes(fault which, std::string_view key) const noexcept;

    /// A number from 0 to `bound` - 1 (`bound` is not 0) that depends on seed, fault and key alone: which
    /// item.
    std::uint64_t choose(fault which, std::string_view key, std::uint64_t bound) const noexcept;

    /// A number from 0 up to, but not including 1, for `purpose` and `key`: jitter.
    double fraction(std::string_view purpose, std::string_view key) const noexcept;

    /// Whether `which` can strike at all.
    bool is_possible(fault which) const noexcept { return of(which).probability > 0; }

private:
    struct entry {
        double probability = 0;
        std::uint64_t strike_hash = 0;  // of the name and ":"
        std::uint64_t choice_hash = 0;  // of the name and "/which:"
    };

    const entry& of(fault which) const noexcept { return entries_[static_cast<std::size_t>(which)]; }

    std::array<entry, fault_count> entries_;
    std::uint64_t seed_hash_;
};

}  // namespace cardresolver::simulator
