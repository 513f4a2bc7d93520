// How many different cards a list has: exactly, however long it is, in bounded memory.
#pragma once

#include "card/kind.hpp"
#include "run/plan/key_run.hpp"
#include "run/plan/number_key.hpp"
#include "run/plan/spill_file.hpp"
#include "run/plan/unsorted_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cardresolver::run {

/// Keys that come in ascending order, many at a time, make a run as they come. The others are collected until
/// they fill the memory, and sorted: a run, too. Runs go to a temporary file; at the end those that overlap
/// are merged. A second thread sorts and writes one run while the next is collected.
///
/// Memory: with the default `run_size` of 2 Mi keys 64 MiB, and one run as bytes, where numbers of usual
/// shapes (see `number_key`) come in no order; half more where all are unusual; 2 MiB where the list is
/// sorted. To merge, 32 MiB are shared out among the runs, at least 4 KiB for each: enough for 17 thousand
/// million cards. Disk: 1 to 17 bytes a card, about 4 where the cards are those of one carrier; nothing for a
/// list of at most `run_size` cards.
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
        newest_[newest_count_++] = key;
        if (newest_count_ == newest_.size()) take_newest();
    }

    /// The number of different keys. Ends the counting: nothing may be added afterwards.
    counts_by_kind finish();

    /// Runs written to the temporary file; 0: all keys fitted into memory. Meaningful after `finish`.
    std::size_t spilled_runs() const noexcept { return spilled_.size(); }

private:
    struct spilled_run {
        number_key first;
        number_key last;
        counts_by_kind counts{};
        std::uint64_t begin = 0;  ///< in the file
        std::uint64_t size = 0;
    };
    class run_reader;

    static void replace_front(std::span<run_reader*> heap, run_reader* one) noexcept;

    void take_newest();
    bool may_ascend(const number_key& first);
    void take_ascending(std::span<const number_key> keys);
    void take_unsorted(std::span<const number_key> keys);
    void spill_ascending();
    void spill_unsorted();
    void spill(const key_run& run);
    void wait_for_writer();
    counts_by_kind count_in_memory();
    counts_by_kind merge(std::size_t first, std::size_t end);

    std::string folder_;
    std::size_t run_size_;
    std::vector<number_key> newest_;  ///< not looked at yet; behind the count, room for more
    std::size_t newest_count_ = 0;
    key_run ascending_;
    unsorted_keys unsorted_;            ///< being collected
    unsorted_keys sorted_;              ///< of the second thread, while it works
    std::optional<spill_file> file_;    ///< likewise
    std::vector<spilled_run> spilled_;  ///< likewise
    std::future<void> writing_;  ///< the last member: it waits for the second thread where all else goes
};

}  // namespace cardresolver::run
