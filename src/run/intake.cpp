#include "run/intake.hpp"

#include "run/kept_columns.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace cardresolver::run {
namespace {

/// Blocks that are read ahead; each holds at most 24 KiB of the list, or one long record.
constexpr std::size_t max_blocks = 4;
/// A reader that has had to stop goes on when no more than these are left: it would else be woken for each
/// block, to stop again behind it.
constexpr std::size_t few_blocks = 1;

/// What a row shows of an invalid text is 64 bytes at most; a cut character needs a little more to be seen.
constexpr std::uint8_t max_raw_bytes = 80;

[[gnu::noinline]] void add_invalid(const source::record& record, std::string_view field,
                                   card::invalid_reason reason, std::size_t index, intake_block& to) {
    const auto raw = field.substr(0, max_raw_bytes);
    to.invalid.push_back({index, record.line, static_cast<std::uint32_t>(to.raw.size()),
                          static_cast<std::uint8_t>(raw.size()), reason});
    to.raw.append(raw);
}

void judge(const source::record_block& from, const card::canonical_options& canonical, intake_block& to) {
    to.invalid.clear();
    to.raw.clear();
    to.next = 0;
    to.next_invalid = 0;
    to.begins_at = from.begins_at;
    to.consumed = from.consumed;
    to.lines_read = from.lines_read;
    to.bytes_read = from.bytes_read;
    to.records.resize(from.records.size());  // not cleared: each record is written anew
    auto* record = to.records.data();
    for (const auto& one : from.records) {
        const auto field = from.field_of(one);
        auto reason = one.problem;
        card::card_number number;
        if (reason == card::invalid_reason::none) [[likely]]
            reason = card::canonicalize_to(number, field, canonical);
        *record = {number, one.line};
        if (reason != card::invalid_reason::none) [[unlikely]]
            add_invalid(one, field, reason, static_cast<std::size_t>(record - to.records.data()), to);
        ++record;
    }
}

}  // namespace

std::optional<line_range> adjacent_lines(std::span<const dispatch::listed_card> records) noexcept {
    if (records.empty()) return std::nullopt;
    const line_range lines{records.front().line, records.back().line};
    if (lines.last - lines.first != records.size() - 1) return std::nullopt;
    return lines;
}

card::card_outcome invalid_row(const invalid_record& record, std::string_view raw) noexcept {
    card::card_outcome row;
    row.line = record.line;
    row.number = raw;
    row.outcome = card::outcome_kind::invalid;
    row.message = card::explain(record.reason);
    return row;
}

std::size_t intake_block::take_valid(std::size_t end) noexcept {
    while (next_invalid < invalid.size() && invalid[next_invalid].index < next)
        ++next_invalid;
    if (next_invalid < invalid.size()) end = std::min(end, invalid[next_invalid].index);
    return end - std::exchange(next, end);
}

const invalid_record& intake_block::take_invalid() noexcept {
    ++next;
    return invalid[next_invalid++];
}

struct intake::shared_state {
    std::unique_ptr<source::input> input;  // of the reading thread alone
    intake_settings settings;
    std::function<void()> notify;  // guarded by `mutex`; empty once the consumer has gone

    std::mutex mutex;
    std::condition_variable room;
    std::deque<std::unique_ptr<intake_block>> ready;
    std::vector<std::unique_ptr<intake_block>> spare;
    source::list_columns columns;
    std::optional<source::input_error> error;
    bool ended = false;
    bool abandoned = false;
    bool found_none = false;  ///< the consumer has come in vain since it was notified last

    std::unique_ptr<intake_block> wait_for_room() {
        std::unique_lock lock(mutex);
        if (ready.size() >= max_blocks)
            room.wait(lock, [this] { return abandoned || ready.size() <= few_blocks; });
        if (abandoned) return nullptr;
        if (spare.empty()) return std::make_unique<intake_block>();
        auto block = std::move(spare.back());
        spare.pop_back();
        return block;
    }

    /// A consumer that has not come in vain will come by itself, and find the block.
    void deliver(std::unique_ptr<intake_block> block) {
        const std::lock_guard lock(mutex);
        ready.push_back(std::move(block));
        if (std::exchange(found_none, false) && notify) notify();
    }

    void end() {
        const std::lock_guard lock(mutex);
        ended = true;
        if (notify) notify();
    }

    std::unique_ptr<intake_block> try_take() {
        std::unique_lock lock(mutex);
        found_none = ready.empty();
        if (found_none) return nullptr;
        auto block = std::move(ready.front());
        ready.pop_front();
        // None but the reader adds blocks, and while it waits it adds none: there are so many once.
        const bool wakes_reader = ready.size() == few_blocks;
        lock.unlock();  // it shall not be woken to wait for that
        if (wakes_reader) room.notify_one();
        return block;
    }

    void read_all() {
        if (!input) input = std::make_unique<source::input>(settings.input, settings.earlier.resumption());
        take_columns();
        source::record_block raw;
        std::vector<std::unique_ptr<intake_block>> held;
        while (auto block = wait_for_room()) {
            const bool is_at_end = !input->read(raw);
            if (is_at_end || input->is_known_list()) release(held);
            if (is_at_end) break;
            judge(raw, settings.canonical, *block);
            block->kept.swap(raw.kept);
            block->kept_ends.swap(raw.kept_ends);
            if (input->is_known_list()) {
                deliver(std::move(block));
            } else if (has_open_record(*block)) {
                held.push_back(std::move(block));
            } else {
                recycle(std::move(block));
            }
        }
    }

    bool has_open_record(const intake_block& block) {
        return std::any_of(block.records.begin(), block.records.end(),
                           [this](const auto& one) { return !settings.earlier.is_done(one.line); });
    }

    /// It is the list that the run began with. At most as many blocks have been held as have open records in
    /// them.
    void release(std::vector<std::unique_ptr<intake_block>>& held) {
        for (auto& block : held)
            deliver(std::move(block));
        held.clear();
    }

    void recycle(std::unique_ptr<intake_block> block) {
        const std::lock_guard lock(mutex);
        spare.push_back(std::move(block));
    }

    void take_columns() {
        if (settings.rows) require_keepable(input->columns(), *settings.rows);
        const std::lock_guard lock(mutex);
        columns = input->columns();
    }

    void run() {
        try {
            read_all();
        } catch (const source::input_error& fault) {
            const std::lock_guard lock(mutex);
            error = fault;
        } catch (const std::exception& fault) {
            const std::lock_guard lock(mutex);
            error = source::input_error(source::input_error::error_kind::read, fault.what());
        }
        end();
    }
};

intake::intake(std::unique_ptr<source::input> input, intake_settings settings, std::function<void()> notify)
    : state_(std::make_shared<shared_state>()) {
    state_->input = std::move(input);
    state_->settings = std::move(settings);
    state_->notify = std::move(notify);
    std::thread([state = state_] { state->run(); }).detach();
}

intake::~intake() {
    const std::lock_guard lock(state_->mutex);
    state_->abandoned = true;
    state_->notify = nullptr;
    state_->room.notify_one();
}

std::unique_ptr<intake_block> intake::try_take() {
    return state_->try_take();
}

source::list_columns intake::columns() const {
    const std::lock_guard lock(state_->mutex);
    return state_->columns;
}

void intake::recycle(std::unique_ptr<intake_block> block) {
    state_->recycle(std::move(block));
}

bool intake::has_ended() const {
    const std::lock_guard lock(state_->mutex);
    return state_->ended && state_->ready.empty();
}

std::optional<source::input_error> intake::error() const {
    const std::lock_guard lock(state_->mutex);
    return state_->error;
}

}  // namespace cardresolver::run
