#include "run/plan/distinct_counter.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace cardresolver::run {
namespace {

/// Fewest keys that are read at once of each run.
constexpr std::size_t smallest_window = 256;

void sort_unique(std::vector<number_key>& keys) {
    if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

void count(counts_by_kind& counts, const number_key& key) {
    ++counts[card::index_of(kind_of(key))];
}

/// The keys of one run, one after the other, through a window into the file.
class run_reader {
public:
    run_reader(const spill_file& file, std::size_t run, std::span<number_key> window)
        : file_(&file), run_(run), window_(window) {}

    /// False at the end of the run.
    bool next(number_key& key) {
        if (at_ == filled_) {
            filled_ = file_->read(run_, read_, window_);
            read_ += filled_;
            at_ = 0;
            if (filled_ == 0) return false;
        }
        key = window_[at_++];
        return true;
    }

private:
    const spill_file* file_;
    std::size_t run_;
    std::span<number_key> window_;
    std::uint64_t read_ = 0;
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
};

/// The smallest key that a run has left.
struct front {
    number_key key;
    std::size_t run;
    friend bool operator>(const front& a, const front& b) noexcept { return a.key > b.key; }
};

/// Counts the different keys of all runs. `buffer` is shared out among them.
counts_by_kind merge(const spill_file& file, std::vector<number_key>& buffer) {
    const auto window = std::max(buffer.capacity() / file.runs(), smallest_window);
    buffer.resize(window * file.runs());
    std::vector<run_reader> readers;
    std::vector<front> heap;  // the smallest first
    for (std::size_t run = 0; run < file.runs(); ++run) {
        readers.emplace_back(file, run, std::span(buffer).subspan(run * window, window));
        if (front first{{}, run}; readers.back().next(first.key)) heap.push_back(first);
    }
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    counts_by_kind counts{};
    std::optional<number_key> last;
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        auto& smallest = heap.back();
        if (last != smallest.key) count(counts, smallest.key);
        last = smallest.key;
        if (readers[smallest.run].next(smallest.key)) {
            std::push_heap(heap.begin(), heap.end(), std::greater<>());
        } else {
            heap.pop_back();
        }
    }
    return counts;
}

}  // namespace

distinct_counter::distinct_counter(std::string folder, std::size_t run_size)
    : folder_(std::move(folder)), run_size_(run_size) {
    keys_.reserve(run_size_);  // addresses alone: pages come as they are used
}

/// Hands the keys to the second thread, once that has done with those before.
void distinct_counter::spill() {
    if (writing_.valid()) writing_.get();
    std::swap(keys_, sorted_);
    keys_.clear();
    keys_.reserve(run_size_);
    writing_ = std::async(std::launch::async, [this] {
        sort_unique(sorted_);
        if (!file_) file_.emplace(folder_);
        file_->append(sorted_);
    });
}

counts_by_kind distinct_counter::finish() {
    if (!writing_.valid()) {
        sort_unique(keys_);
        counts_by_kind counts{};
        for (const auto& key : keys_)
            count(counts, key);
        return counts;
    }
    spill();
    writing_.get();
    sorted_ = {};
    return merge(*file_, keys_);
}

}  // namespace cardresolver::run
