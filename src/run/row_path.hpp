// The way of a decided row to the outputs: counted, brought into order where that is wanted, written.
#pragma once

#include "card/short_text.hpp"
#include "carrier/status_catalogue.hpp"
#include "net/async.hpp"
#include "run/failure_limit.hpp"
#include "run/kept_columns.hpp"
#include "run/kept_texts.hpp"
#include "run/row_order.hpp"
#include "run/row_writer.hpp"
#include "run/steady_timer.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace cardresolver::run {

struct row_path_settings {
    std::optional<std::size_t> order_window;  ///< in the order of the list, at most so many records behind
    std::optional<failure_limit> max_failures;
    bool keeps_columns = false;                 ///< `keep_columns` will be called
    std::optional<progress_settings> progress;  ///< none: not kept
    /// Rows that earlier processes of the run have written: they count.
    row_order::counts outcomes_before{};
    std::map<std::string, std::uint64_t, std::less<>> statuses_before;
};

/// Event-loop thread only.
class row_path {
public:
    using counts = row_order::counts;

    /// `notify` is called on the writing thread when there is news: room, an error, the end.
    row_path(net::asio::io_context& context, row_outputs outputs, row_path_settings settings,
             std::function<void()> notify);

    /// Whether rows find room. While not, no row should be made.
    bool has_room() const { return !writer_.is_blocked(); }

    /// Whether a further record may be taken in. Where not, rows wait for one that is late.
    bool wants_records() const noexcept {
        return !(order_ && order_->is_full()) && !(kept_ && kept_->is_full());
    }
    /// Rows will begin with the columns of the list. Before the first record.
    void keep_columns(const source::list_columns& list);
    /// See `row_writer::pass`.
    void pass(const std::optional<source::input_position>& position,
              const source::input_beginning& consumed) {
        writer_.pass(position, consumed);
    }
    /// A record was taken in; `put` will bring its row. `record`: its whole text, where columns are kept.
    void expect(std::uint64_t line, std::string_view record) {
        writer_.expect({line, line});
        if (order_) order_->expect(line);
        if (kept_) kept_->put(line, record);
    }
    /// Any number of records may be taken in, and nothing is kept of them: each row is written as it comes.
    bool goes_straight() const noexcept { return goes_straight_; }
    /// Likewise, for records whose lines follow each other. Only where `goes_straight`.
    void expect(line_range lines) { writer_.expect(lines); }

    /// Rows for lines that are expected, which differ in their lines and numbers alone. The views in them are
    /// not kept.
    void put(std::span<const card::card_outcome> alike) {
        if (!are_usual(alike)) [[unlikely]]
            return put_unusual(alike);
        const auto outcome = static_cast<std::size_t>(alike.front().outcome);
        decided_[outcome] += alike.size();
        written_[outcome] += alike.size();
        successes_ += alike.size();
        writer_.append_at_once(alike);
    }

    /// Flushes and ends the outputs. Rows that still wait for an earlier one are dropped: their cards are not
    /// done.
    void finish(output_end how);
    bool is_finished() const { return writer_.is_finished(); }
    std::optional<sink::output_error> error() const { return writer_.error(); }

    /// Which `failed` are too many, in words; nothing while they are not.
    std::optional<std::string> too_many_failures() const;

    /// Rows written, by `card::outcome_kind`.
    const counts& written() const noexcept { return written_; }
    bool are_none() const noexcept { return written_ == counts{}; }
    std::uint64_t bytes() const { return writer_.bytes(); }
    bool is_waiting() const { return writer_.is_waiting(); }
    /// What for; empty where it does not wait.
    std::string waits_for() const { return writer_.waits_for(); }
    /// Rows written, by `status`.
    std::map<std::string, std::uint64_t, std::less<>> statuses() const;

private:
    // Nearly every row needs no more than to be counted and made, so that is small and calls nothing that
    // comes back. All else is apart.
    bool are_usual(std::span<const card::card_outcome> alike) const noexcept {
        return goes_straight_ && flush_is_due_ && is_success(alike.front()) && writer_.takes_at_once(alike);
    }
    void put_unusual(std::span<const card::card_outcome> alike);
    void complete(const card::card_outcome& row);
    void bring_in_order(const card::card_outcome& row);
    void write_completed(const card::card_outcome& row);
    void write(const card::card_outcome& row, std::string_view front);
    static bool is_success(const card::card_outcome& row) noexcept {
        return card::same_text(row.status, carrier::status_success);
    }
    void count_other_status(std::string_view status);
    void arm_flush();

    sink::output_format format_;
    row_writer writer_;
    std::optional<row_order> order_;
    std::optional<kept_texts> kept_;
    std::optional<kept_columns> columns_;
    std::string front_;         ///< of the row that is written; empty where no columns are kept
    const bool goes_straight_;  ///< a row is written as it comes
    std::optional<failure_limit> max_failures_;
    steady_timer flush_timer_;
    bool flush_is_due_ = false;
    bool is_closing_ = false;
    counts decided_{};  ///< by this process: that is what `max_failures` is about
    counts written_;
    std::uint64_t successes_ = 0;
    std::map<std::string, std::uint64_t, std::less<>> other_statuses_;
};

}  // namespace cardresolver::run
