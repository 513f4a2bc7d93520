#include "run/resolve_run.hpp"

#include "run/carrier_link.hpp"
#include "run/intake.hpp"
#include "run/opening.hpp"
#include "run/row_path.hpp"
#include "run/trace.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>

namespace cardresolver::run {
namespace {

using clock = std::chrono::steady_clock;

/// In the order of the list, one late row may hold back those of so many windows: retries need time, and rows
/// that wait cost memory.
constexpr std::size_t windows_in_order = 4;

/// Events are not kept back longer than this.
constexpr auto flush_trace_after = std::chrono::milliseconds(200);

/// Cards that may be between line and row: what is in flight, and as much again to fill the next requests.
std::size_t window_for(const settings& settings) {
    const auto connections = most_connections(settings.connections, settings.dispatch.rate.has_value());
    return settings.dispatch.batch_size * (2 * connections + card::card_kind_count);
}

std::uint64_t random_number() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

dispatch::settings complete(const settings& settings) {
    auto completed = settings.dispatch;
    completed.window = window_for(settings);
    completed.names_lines = settings.trace.has_value();
    completed.seed = random_number();
    return completed;
}

net::client_settings complete_client(const settings& settings) {
    auto completed = settings.client;
    completed.host = settings.url.host;
    completed.port = settings.url.port;
    completed.tls = settings.url.tls;
    return completed;
}

row_path_settings row_settings_of(const settings& settings) {
    row_path_settings rows;
    if (settings.in_input_order) rows.order_window = windows_in_order * window_for(settings);
    rows.max_failures = settings.max_failures;
    rows.keeps_columns = settings.keeps_columns;
    return rows;
}

}  // namespace

class resolve_run::implementation final : public link_owner {
public:
    implementation(net::asio::io_context& context, const settings& settings)
        : context_(context),
          settings_(settings),
          input_(open_at_once(settings)),
          client_(context, complete_client(settings)),
          encoder_(settings.url, settings.account, settings.method, settings.user_agent),
          transids_(settings.account.appid, random_number()),
          dispatcher_(complete(settings), settings_.catalogue),
          trace_(make_trace()),
          rows_(context, open_outputs(settings, replaced_partial_), row_settings_of(settings),
                [this] { post_progress(); }),
          link_(context, client_, dispatcher_, encoder_, transids_, settings.connections, *this),
          trace_timer_(context.get_executor()) {
        if (input_) input_size_ = input_->size();
        if (trace_) link_.report_to(*trace_);
    }

    result execute() {
        result_.started_at = std::chrono::system_clock::now();
        result_.replaced_partial = replaced_partial_;
        if (trace_) trace_->on_start(settings_, result_.started_at);
        started_ = clock::now();
        intake_.emplace(std::move(input_), intake_settings_of(settings_), [this] { post_progress(); });
        const auto keep_running = net::asio::make_work_guard(context_);
        on_progress();
        context_.run();
        end_workers();
        finished_ = clock::now();
        result_.finished_at = std::chrono::system_clock::now();
        return result_;
    }

    void drain() {
        if (end_) return;
        leave(run_end::drained, {});
        on_progress();
    }

    bool has_room() override { return rows_.has_room() && !(trace_ && trace_->is_blocked()); }
    void on_outcome(const card::card_outcome& outcome) override { rows_.put(outcome); }

    void on_progress() override {
        if (trace_) tend_trace();
        if (is_closing_) return finish_when_written();
        look_for_faults();
        feed();
        link_.pump();
        look_for_faults();  // the pump may have given up on the carrier
        look_for_end();
    }

    statistics snapshot() const {
        statistics now;
        now.outcomes = rows_.written();
        now.lines_read = lines_read_;
        now.input_bytes_read = input_bytes_read_;
        now.input_size = input_size_;
        now.cards_asked = link_.cards_asked();
        now.bytes_written = rows_.bytes();
        now.requests = dispatcher_.counts();
        now.network = client_.statistics();
        now.in_flight = dispatcher_.in_flight();
        now.connections_open = link_.open_connections();
        const auto at = finished_.value_or(clock::now());
        now.elapsed = at - started_;
        if (const auto until = dispatcher_.held_until(at)) now.held_for = *until - at;
        return now;
    }

    const distributions& details() {
        distributions_.latency = link_.latency();
        distributions_.statuses = rows_.statuses();
        return distributions_;
    }

    std::optional<dispatch::rate_limit> rate() const { return dispatcher_.rate(); }
    bool replaced_partial() const noexcept { return replaced_partial_; }

private:
    std::unique_ptr<trace> make_trace() {
        if (!settings_.trace) return nullptr;
        return std::make_unique<trace>(*settings_.trace, settings_.catalogue, *this,
                                       [this] { post_progress(); });
    }

    void tend_trace() {
        trace_->look_for_fault();
        if (!trace_->has_unflushed() || trace_flush_is_due_ || is_closing_) return;
        trace_flush_is_due_ = true;
        trace_timer_.expires_after(flush_trace_after);
        trace_timer_.async_wait([this](boost::system::error_code) {
            trace_flush_is_due_ = false;
            if (!is_closing_) trace_->flush();
        });
    }

    /// Who is told of rows first.
    dispatch::outcome_listener& listener() {
        if (trace_) return *trace_;
        return *this;
    }

    void post_progress() {
        net::asio::post(context_, [this] { on_progress(); });
    }

    /// Lets the coroutines of closed connections come to their ends: they must not outlive what they refer
    /// to.
    void end_workers() {
        constexpr int most_turns = 1000;
        link_.close_all();
        for (int turn = 0; turn < most_turns && link_.has_workers(); ++turn) {
            context_.restart();
            context_.poll();
        }
    }

    /// The first reason to end is the one that is told.
    void leave(run_end end, std::string message) {
        if (end_) return;
        end_ = end;
        result_.end = end;
        result_.message = std::move(message);
        dispatcher_.drain();
    }

    void look_for_faults() {
        if (end_) return;
        if (auto fault = rows_.error()) {
            result_.output_fault = fault->kind;
            leave(run_end::output_fault, fault->what());
        } else if (dispatcher_.stopped()) {
            result_.stop = dispatcher_.stopped();
            leave(run_end::carrier_stop, dispatcher_.stopped()->detail);
        } else if (auto why = rows_.too_many_failures()) {
            leave(run_end::too_many_failures, std::move(*why));
        }
    }

    void feed() {
        while (!end_ && !intake_ended_ && wants_records() && has_room()) {
            if (!block_ && !take_block()) break;
            consume(*block_);
            if (block_->next == block_->records.size()) intake_->recycle(std::move(block_));
        }
        dispatcher_.block_intake(!rows_.wants_records());
    }

    bool wants_records() const { return dispatcher_.wants_cards() && rows_.wants_records(); }

    bool take_block() {
        block_ = intake_->try_take();
        if (block_) {
            if (settings_.keeps_columns && input_bytes_read_ == 0) rows_.keep_columns(intake_->columns());
            lines_read_ = block_->lines_read;
            input_bytes_read_ = block_->bytes_read;
            return true;
        }
        if (!intake_->has_ended()) return false;
        if (const auto fault = intake_->error()) {
            result_.input_fault = fault->kind;
            leave(run_end::input_fault, fault->what());
            return false;
        }
        intake_ended_ = true;
        dispatcher_.end_input();
        return false;
    }

    void consume(intake_block& block) {
        const auto now = clock::now();
        while (block.next < block.records.size() && wants_records()) {
            rows_.expect(block.records[block.next].line, block.kept_of(block.next));
            const auto& record = block.records[block.next++];
            if (record.reason == card::invalid_reason::none) {
                ++valid_records_;
                dispatcher_.add(record.number, record.line, now, listener());
            } else {
                write_invalid(block, record);
            }
        }
    }

    void write_invalid(const intake_block& block, const intake_record& record) {
        const auto raw =
            card::escape_raw(std::string_view(block.raw).substr(record.raw_offset, record.raw_length));
        card::card_outcome outcome;
        outcome.line = record.line;
        outcome.number = raw;
        outcome.outcome = card::outcome_kind::invalid;
        outcome.message = card::explain(record.reason);
        if (first_invalid_.empty())
            first_invalid_ = "line " + std::to_string(record.line) + ": " + std::string(outcome.message);
        listener().on_outcome(outcome);
    }

    void look_for_end() {
        if (!dispatcher_.is_finished()) {
            // A carrier that never answers is not waited for any longer; see `never_reached`.
            if (result_.stop && result_.stop->reason == dispatch::stop_reason::never_reached)
                link_.close_all();
            return;
        }
        if (end_) return close_output(is_worth_keeping() ? output_end::suspend : output_end::discard);
        if (!intake_ended_) return;
        if (valid_records_ > 0) return close_output(output_end::commit);
        const bool is_empty = rows_are_none();
        leave(is_empty ? run_end::empty_input : run_end::no_valid_card, first_invalid_);
        close_output(output_end::discard);
    }

    /// An input that cannot be used from its start leaves nothing behind.
    bool is_worth_keeping() const { return *end_ != run_end::input_fault || !rows_are_none(); }

    bool rows_are_none() const {
        const auto written = rows_.written();
        return std::all_of(written.begin(), written.end(), [](auto count) { return count == 0; });
    }

    void close_output(output_end how) {
        is_closing_ = true;
        rows_.finish(how);
        if (trace_) trace_->finish();
    }

    void finish_when_written() {
        if (!rows_.is_finished() || (trace_ && !trace_->is_finished())) return;
        if (const auto fault = rows_.error(); fault && !result_.output_fault) {
            result_.output_fault = fault->kind;
            result_.end = run_end::output_fault;
            result_.message = fault->what();
        }
        context_.stop();
    }

    net::asio::io_context& context_;
    const settings settings_;
    std::unique_ptr<source::input> input_;
    bool replaced_partial_ = false;
    net::client client_;
    carrier::request_encoder encoder_;
    carrier::transid_sequence transids_;
    dispatch::dispatcher dispatcher_;
    std::unique_ptr<trace> trace_;  ///< before the rows: a run without its trace shall not begin
    row_path rows_;
    carrier_link link_;
    std::optional<intake> intake_;
    std::unique_ptr<intake_block> block_;
    steady_timer trace_timer_;
    bool trace_flush_is_due_ = false;

    result result_;
    std::optional<run_end> end_;
    bool intake_ended_ = false;
    bool is_closing_ = false;
    clock::time_point started_{};
    std::optional<clock::time_point> finished_;
    std::uint64_t valid_records_ = 0;
    std::string first_invalid_;  ///< where and why
    std::uint64_t lines_read_ = 0;
    std::uint64_t input_bytes_read_ = 0;
    std::optional<std::uint64_t> input_size_;
    distributions distributions_;
};

resolve_run::resolve_run(net::asio::io_context& context, const settings& settings)
    : implementation_(std::make_unique<implementation>(context, settings)) {}
resolve_run::~resolve_run() = default;

result resolve_run::execute() {
    return implementation_->execute();
}
void resolve_run::drain() {
    implementation_->drain();
}
statistics resolve_run::snapshot() const {
    return implementation_->snapshot();
}
const distributions& resolve_run::details() const noexcept {
    return implementation_->details();
}
std::optional<dispatch::rate_limit> resolve_run::rate() const noexcept {
    return implementation_->rate();
}
bool resolve_run::replaced_partial() const noexcept {
    return implementation_->replaced_partial();
}

}  // namespace cardresolver::run
