#include "run/row_path.hpp"

#include "dispatch/verify.hpp"

#include <fmt/format.h>

namespace cardresolver::run {
namespace {

/// Rows are not kept back longer than this; together with `writing_pace::save_within`, this is how long a
/// row may take to become durable.
constexpr auto flush_after = std::chrono::milliseconds(50);

/// Codes come from outside: their variety is bounded.
constexpr std::size_t max_statuses = 1000;

}  // namespace

row_path::row_path(net::asio::io_context& context, row_outputs outputs, row_path_settings settings,
                   std::function<void()> notify)
    : format_(outputs.format),
      writer_(std::move(outputs), std::move(settings.progress), std::move(notify)),
      goes_straight_(!settings.order_window && !settings.keeps_columns),
      max_failures_(settings.max_failures),
      flush_timer_(context.get_executor()),
      written_(settings.outcomes_before),
      other_statuses_(std::move(settings.statuses_before)) {
    if (settings.order_window) order_.emplace(*settings.order_window);
    if (settings.keeps_columns) kept_.emplace();
}

void row_path::put_unusual(std::span<const card::card_outcome> alike) {
    if (alike.size() > 1) {
        for (const auto& row : alike)
            put({&row, 1});
        return;
    }
    const auto& row = alike.front();
    ++decided_[static_cast<std::size_t>(row.outcome)];
    if (goes_straight_) return write(row, {});
    complete(row);
}

void row_path::complete(const card::card_outcome& row) {
    if (!kept_) return bring_in_order(row);
    const auto text = kept_->take(row.line);
    auto whole = row;
    whole.record = text;
    bring_in_order(whole);
}

void row_path::bring_in_order(const card::card_outcome& row) {
    if (!order_) return write_completed(row);
    order_->put(row, [this](const card::card_outcome& next) { write_completed(next); });
}

void row_path::write_completed(const card::card_outcome& row) {
    if (columns_) {
        front_.clear();
        columns_->append(front_, row.record);
    }
    write(row, front_);
}

void row_path::write(const card::card_outcome& row, std::string_view front) {
    // First: it may hand over the rows before this one, with the counters up to them.
    writer_.append(row, front);
    ++written_[static_cast<std::size_t>(row.outcome)];
    if (is_success(row)) {
        ++successes_;
    } else {
        count_other_status(row.status);
    }
    if (!flush_is_due_) arm_flush();
}

void row_path::keep_columns(const source::list_columns& list) {
    columns_.emplace(list, format_);
    writer_.keep_columns(columns_->names());
}

void row_path::arm_flush() {
    flush_is_due_ = true;
    flush_timer_.expires_after(flush_after);
    flush_timer_.async_wait([this](boost::system::error_code) {
        flush_is_due_ = false;
        if (!is_closing_) writer_.flush();
    });
}

void row_path::count_other_status(std::string_view status) {
    if (const auto found = other_statuses_.find(status); found != other_statuses_.end()) {
        ++found->second;
    } else if (!status.empty() && other_statuses_.size() < max_statuses) {
        other_statuses_.emplace(status, 1);
    }
}

void row_path::finish(output_end how) {
    CARDRESOLVER_VERIFY(how != output_end::commit || !order_ || order_->is_empty());
    is_closing_ = true;
    writer_.finish(how);
}

std::optional<std::string> row_path::too_many_failures() const {
    if (!max_failures_) return std::nullopt;
    const auto count_of = [this](card::outcome_kind kind) {
        return decided_[static_cast<std::size_t>(kind)];
    };
    const auto failed = count_of(card::outcome_kind::failed);
    const auto finished =
        failed + count_of(card::outcome_kind::resolved) + count_of(card::outcome_kind::refused);
    if (!max_failures_->is_reached(failed, finished)) return std::nullopt;
    return fmt::format("{} of {} cards asked so far have no answer", failed, finished);
}

std::map<std::string, std::uint64_t, std::less<>> row_path::statuses() const {
    auto statuses = other_statuses_;
    if (successes_ > 0) statuses[std::string(carrier::status_success)] += successes_;
    return statuses;
}

}  // namespace cardresolver::run
