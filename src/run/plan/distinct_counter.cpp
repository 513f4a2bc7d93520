#include "run/plan/distinct_counter.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

namespace cardresolver::run {
namespace {

/// So many keys are looked at together whether they ascend; they stay in the processor's cache meanwhile.
constexpr std::size_t newest_keys = 4096;

/// A run of ascending keys that ends early has at least this part of the usual size: else there would be too
/// many of them.
constexpr std::size_t least_part = 16;

/// Fewest bytes that are read at once of each run.
constexpr std::size_t smallest_window = 4096;

void add_to(counts_by_kind& counts, const counts_by_kind& more) {
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += more[i];
}

}  // namespace

/// The keys of one run, one after the other, through a window into the file.
class distinct_counter::run_reader {
public:
    run_reader(const spill_file& file, const spilled_run& run, std::span<char> window)
        : file_(&file), at_(run.begin), end_(run.begin + run.size), window_(window) {}

    /// False at the end of the run.
    bool next() {
        if (unread_.size() < longest_key && at_ != end_) fill();
        if (unread_.empty()) return false;
        take_key(unread_, key_);
        return true;
    }
    const number_key& key() const noexcept { return key_; }

private:
    void fill() {
        const auto kept = unread_.size();
        std::copy(unread_.begin(), unread_.end(), window_.begin());
        const auto more = std::min<std::uint64_t>(window_.size() - kept, end_ - at_);
        file_->read(at_, window_.subspan(kept, more));
        at_ += more;
        unread_ = {window_.data(), kept + more};
    }

    const spill_file* file_;
    std::uint64_t at_;  ///< in the file, behind what is in the window
    std::uint64_t end_;
    std::span<char> window_;
    std::string_view unread_;  ///< in the window
    number_key key_;
};

/// Puts `one` into a heap of runs, the one with the smallest key first, in the place of that.
void distinct_counter::replace_front(std::span<run_reader*> heap, run_reader* one) noexcept {
    std::size_t place = 0;
    for (std::size_t child = 1; child < heap.size(); child = 2 * place + 1) {
        if (child + 1 < heap.size() && heap[child + 1]->key() < heap[child]->key()) ++child;
        if (one->key() <= heap[child]->key()) break;
        heap[place] = heap[child];
        place = child;
    }
    if (!heap.empty()) heap[place] = one;
}

distinct_counter::distinct_counter(std::string folder, std::size_t run_size)
    : folder_(std::move(folder)), run_size_(run_size), newest_(std::min(run_size, newest_keys)) {
    unsorted_.reserve(run_size_);
}

void distinct_counter::take_newest() {
    const auto keys = std::span<const number_key>(newest_).first(newest_count_);
    newest_count_ = 0;
    if (keys.empty()) return;
    if (std::is_sorted(keys.begin(), keys.end()) && may_ascend(keys.front())) {
        take_ascending(keys);
    } else {
        take_unsorted(keys);
    }
}

/// Whether sorted keys from `first` on go on with the ascending ones, or are worth another such run.
bool distinct_counter::may_ascend(const number_key& first) {
    if (ascending_.may_take(first)) return true;
    if (ascending_.bytes.size() < run_size_ / least_part) return false;
    spill_ascending();
    return true;
}

void distinct_counter::take_ascending(std::span<const number_key> keys) {
    ascending_.add(keys);
    if (ascending_.bytes.size() >= run_size_) spill_ascending();
}

void distinct_counter::spill_ascending() {
    wait_for_writer();
    spill(ascending_);
    ascending_ = {};
}

void distinct_counter::take_unsorted(std::span<const number_key> keys) {
    if (unsorted_.size() + keys.size() > run_size_) spill_unsorted();
    unsorted_.add(keys);
}

/// Hands the keys to the second thread, once that has done with those before.
void distinct_counter::spill_unsorted() {
    wait_for_writer();
    std::swap(unsorted_, sorted_);
    unsorted_.clear();
    unsorted_.reserve(run_size_);
    writing_ = std::async(std::launch::async, [this] { spill(sorted_.sort()); });
}

void distinct_counter::wait_for_writer() {
    if (writing_.valid()) writing_.get();
}

void distinct_counter::spill(const key_run& run) {
    if (run.empty()) return;
    if (!file_) file_.emplace(folder_);
    spilled_.push_back({run.first, run.last, run.counts, file_->append(run.bytes), run.bytes.size()});
}

counts_by_kind distinct_counter::finish() {
    take_newest();
    wait_for_writer();
    if (spilled_.empty()) return count_in_memory();
    spill_unsorted();
    spill_ascending();
    sorted_ = unsorted_keys();
    unsorted_ = unsorted_keys();
    std::sort(spilled_.begin(), spilled_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    counts_by_kind counts{};
    for (std::size_t first = 0, end = 0; first < spilled_.size(); first = end) {
        auto last = spilled_[first].last;
        for (end = first + 1; end < spilled_.size() && !(last < spilled_[end].first); ++end)
            last = std::max(last, spilled_[end].last);
        add_to(counts, end - first == 1 ? spilled_[first].counts : merge(first, end));
    }
    return counts;
}

counts_by_kind distinct_counter::count_in_memory() {
    if (unsorted_.empty()) return ascending_.counts;
    number_key key;
    for (std::string_view rest = ascending_.bytes; !rest.empty();) {
        take_key(rest, key);
        unsorted_.add({&key, 1});
    }
    return unsorted_.sort().counts;
}

/// The different keys of runs that overlap.
counts_by_kind distinct_counter::merge(std::size_t first, std::size_t end) {
    const auto runs = end - first;
    const auto window = std::max(run_size_ * sizeof(number_key) / runs, smallest_window);
    std::vector<char> buffer(window * runs);
    std::vector<run_reader> readers;
    std::vector<run_reader*> heap;  // the smallest first
    readers.reserve(runs);
    for (std::size_t i = 0; i < runs; ++i) {
        readers.emplace_back(*file_, spilled_[first + i], std::span(buffer).subspan(i * window, window));
        if (readers.back().next()) heap.push_back(&readers.back());
    }
    std::make_heap(heap.begin(), heap.end(),
                   [](const auto* a, const auto* b) { return a->key() > b->key(); });
    counts_by_kind counts{};
    std::optional<number_key> last;
    while (!heap.empty()) {
        auto* smallest = heap.front();
        if (last != smallest->key()) ++counts[card::index_of(kind_of(smallest->key()))];
        last = smallest->key();
        if (!smallest->next()) {
            smallest = heap.back();
            heap.pop_back();
        }
        replace_front(heap, smallest);
    }
    return counts;
}

}  // namespace cardresolver::run
