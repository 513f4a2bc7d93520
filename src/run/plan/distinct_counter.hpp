// How many different cards a list has: exactly, however long it is, in bounded memory.
#pragma once

#include "card/kind.hpp"
#include "run/plan/number_key.hpp"
#include "run/plan/spill_file.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

using counts_by_kind = std::array<std::uint64_t, card::card_kind_count>;

/// Sorts what fits into memory, drops repeated keys, writes the rest as a sorted run into a temporary file,
/// and at the end merges the runs. A second thread sorts and writes one run while the next is collected.
///
/// Memory: twice `run_size` keys of 16 bytes, with the default of 2 Mi keys 64 MiB. To merge, half of that is
/// shared out among the runs, at least 4 KiB for each: enough for 17 thousand million cards. Disk: 16 bytes a
/// card, and nothing for a list of at most `run_size` cards.
///
/// One thread; every member may throw `spill_error`.
class distinct_counter {
public:
    static constexpr std::size_t default_run_size = std::size_t{2} * 1024 * 1024;

    /// `folder` is where the temporary file goes; `run_size` is at least 1.
    explicit distinct_counter(std::string folder, std::size_t run_size = default_run_size);
    distinct_counter(const distinct_counter&) = delete;
    distinct_counter& operator=(const distinct_counter&) = delete;

    void add(const number_key& key) {
        if (keys_.size() == run_size_) spill();
        keys_.push_back(key);
    }

    /// The number of different keys. Ends the counting: nothing may be added afterwards.
    counts_by_kind finish();

    /// Runs written to the temporary file; 0: all keys fitted into memory. Meaningful after `finish`.
    std::size_t runs() const noexcept { return file_ ? file_->runs() : 0; }

private:
    void spill();

    std::string folder_;
    std::size_t run_size_;
    std::vector<number_key> keys_;    ///< being collected
    std::vector<number_key> sorted_;  ///< of the second thread, while it works
    std::optional<spill_file> file_;  ///< likewise
    std::future<void> writing_;       ///< the last member: it waits for the second thread where all else goes
};

}  // namespace cardresolver::run
