#include "simulator/fault_plan.hpp"

#include "simulator/hashing.hpp"
#include "simulator/simulator.hpp"

#include <algorithm>
#include <stdexcept>

namespace cardresolver::simulator {
namespace {

constexpr std::array<std::string_view, fault_count> names{
    "poison",    "foreign",       "missing-item", "extra-item",    "repeated-item", "shuffled", "busy",
    "throttle",  "http-500",      "http-429",     "html",          "reset",         "stall",    "truncate",
    "malformed", "missing-comma", "null-result",  "number-status", "upper-keys"};

/// 0 up to, but not including 1, in steps of 2^-53: what a double can hold exactly.
double to_fraction(std::uint64_t draw) noexcept {
    return static_cast<double>(draw >> 11U) * 0x1p-53;
}

std::size_t place_of(std::string_view name) {
    const auto* const found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    std::string sentence = "unknown fault '" + std::string(name) + "'; there are";
    for (const auto known : names) {
        sentence.append(" ").append(known);
    }
    throw std::runtime_error(sentence);
}

}  // namespace

std::string_view to_string(fault which) noexcept {
    return names[static_cast<std::size_t>(which)];
}

const std::vector<std::string>& fault_names() {
    static const std::vector<std::string> all(names.begin(), names.end());
    return all;
}

fault_plan::fault_plan(std::uint64_t seed, const std::vector<std::pair<std::string, double>>& faults)
    : seed_hash_(mix(seed)) {
    for (std::size_t i = 0; i < fault_count; ++i) {
        entries_[i].strike_hash = fnv1a(":", fnv1a(names[i]));
        entries_[i].choice_hash = fnv1a("/which:", fnv1a(names[i]));
    }
    for (const auto& [name, probability] : faults) {
        const auto place = place_of(name);
        const bool in_range = probability >= 0 && probability <= 1;  // false for NaN, too
        if (!in_range) throw std::runtime_error("the probability of fault '" + name + "' must be 0 to 1");
        entries_[place].probability = probability;
    }
}

bool fault_plan::strikes(fault which, std::string_view key) const noexcept {
    const auto& odds = of(which);
    if (odds.probability <= 0) return false;
    return to_fraction(mix(fnv1a(key, odds.strike_hash) + seed_hash_)) < odds.probability;
}

std::uint64_t fault_plan::choose(fault which, std::string_view key, std::uint64_t bound) const noexcept {
    return mix(fnv1a(key, of(which).choice_hash) + seed_hash_) % bound;
}

double fault_plan::fraction(std::string_view purpose, std::string_view key) const noexcept {
    return to_fraction(mix(fnv1a(key, fnv1a(":", fnv1a(purpose))) + seed_hash_));
}

}  // namespace cardresolver::simulator
