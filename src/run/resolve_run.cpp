#include "run/resolve_run.hpp"

#include "ledger/random_number.hpp"
#include "run/calendar.hpp"
#include "run/carrier_link.hpp"
#include "run/derived_settings.hpp"
#include "run/earlier_work.hpp"
#include "run/input_opening.hpp"
#include "run/intake.hpp"
#include "run/notices.hpp"
#include "run/quota_link.hpp"
#include "run/row_path.hpp"
#include "run/run_counters.hpp"
#include "run/run_opening.hpp"
#include "run/trace.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <span>

namespace cardresolver::run {
namespace {

using ledger::random_number;
using clock = std::chrono::steady_clock;

/// Beyond the request time-out: for writing what came in last.
constexpr auto drain_grace = std::chrono::seconds(1);

/// Events are not kept back longer than this.
constexpr auto flush_trace_after = std::chrono::milliseconds(200);

/// The wall clock may be set, and goes on while the machine sleeps: it is looked at so often.
constexpr auto look_at_deadline_after = std::chrono::seconds(5);

}  // namespace

class resolve_run::implementation final : public link_owner {
public:
    implementation(net::asio::io_context& context, const settings& settings)
        : context_(context),
          settings_(settings),
          input_(open_at_once(settings)),
          client_(context, client_settings_of(settings)),
          encoder_(settings.url, settings.account, settings.method, settings.user_agent),
          transids_(settings.account.appid),
          dispatcher_(dispatch_settings_of(settings, random_number(), random_number()), settings_.catalogue),
          quota_(context, dispatcher_, transids_, open_ledger(settings, random_number()),
                 [this] { on_progress(); }),
          calendar_(context, dispatcher_, settings_.schedule, settings_.dispatch.pace,
                    [this] { on_progress(); }),
          trace_(make_trace()),
          opening_(open_run(settings, input_ ? &input_->columns() : nullptr)),
          earlier_(opening_.resumed),
          rows_(context, std::move(opening_.outputs), make_row_settings(), [this] { post_progress(); }),
          link_(context, client_, dispatcher_, encoder_, transids_, settings.connections, *this),
          counters_(rows_, link_, client_, dispatcher_, earlier_),
          trace_timer_(context.get_executor()),
          drain_timer_(context.get_executor()),
          deadline_timer_(context.get_executor()) {
        if (input_) counters_.on_input_size(input_->size());
        if (trace_) link_.report_to(*trace_);
        // Now it is known where in the list to begin.
        if (input_ && opening_.resumed) input_ = open_at_once(settings, earlier_);
    }

    result execute() {
        const auto started_at = counters_.on_start();
        if (trace_) trace_->on_start(settings_, started_at, opening_.resumed.has_value());
        intake_.emplace(std::move(input_), intake_settings_of(settings_, earlier_),
                        [this] { post_progress(); });
        const auto keep_running = net::asio::make_work_guard(context_);
        if (settings_.deadline) watch_deadline();
        calendar_.start();
        on_progress();
        // In a paced run, a pause would hold back what is due by the clock.
        run_with_pauses(context_, is_ever_paced(settings_) ? nullptr : &link_.pause());
        end_workers();
        quota_.leave();
        counters_.on_finish();
        result_.run_id = opening_.run_id;
        result_.processes = counters_.processes();
        result_.is_resumable = keeps_progress_ && !is_discarded_ && result_.end != run_end::complete;
        return result_;
    }

    void drain() { stop(run_end::drained); }

    bool has_room() override { return rows_.has_room() && !(trace_ && trace_->is_blocked()); }
    void on_outcome(const card::card_outcome& outcome) override { rows_.put({&outcome, 1}); }
    void on_outcomes(std::span<const card::card_outcome> alike) override { rows_.put(alike); }

    void on_progress() override {
        if (trace_) tend_trace();
        tell_what_holds_up();
        if (is_closing_) return finish_when_written();
        quota_.tend();
        look_for_faults();
        feed();
        link_.pump();
        quota_.tend();      // what was sent may have used up what was granted
        look_for_faults();  // the pump may have given up on the carrier
        look_for_end();
    }

    statistics snapshot() const { return counters_.snapshot(); }
    const distributions& details() { return counters_.details(); }

    bool replaced_partial() const noexcept { return opening_.replaced_partial; }
    std::optional<std::uint64_t> rows_before() const noexcept {
        if (!opening_.resumed) return std::nullopt;
        return earlier_.rows();
    }

private:
    row_path_settings make_row_settings() {
        auto rows = row_settings_of(settings_, earlier_.history());
        if (keeps_progress_) {
            rows.progress = progress_settings{earlier_.newest_line(), [this] { return counters_.history(); },
                                              opening_.resumed && opening_.resumed->rows.bytes > 0};
        }
        return rows;
    }

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

    void stop(run_end why) {
        const bool waits_in_vain = is_closing_ && rows_.is_waiting();
        if (!end_ && (!is_closing_ || waits_in_vain)) leave(why, {});
        if (waits_in_vain) rows_.finish(output_end::suspend);
        limit_drain(why);
        on_progress();
    }

    void watch_deadline() {
        const auto left = *settings_.deadline - std::chrono::system_clock::now();
        const bool has_come = left <= left.zero();
        // The last rows are being written: that is not cut short, unless they find no room.
        const bool is_ending = is_closing_ && !rows_.is_waiting();
        if (has_come && !is_ending) return stop(run_end::deadline);
        deadline_timer_.expires_after(has_come ? look_at_deadline_after
                                               : std::min<clock::duration>(left, look_at_deadline_after));
        deadline_timer_.async_wait([this](boost::system::error_code) { watch_deadline(); });
    }

    /// Whoever takes the rows may have stopped taking them. What was not made durable is not done.
    void limit_drain(run_end why) {
        drain_timer_.expires_after(settings_.client.request_timeout + drain_grace);
        drain_timer_.async_wait([this, why](boost::system::error_code) {
            result_.end = why;
            result_.message = "not all rows were taken by whoever is to take them";
            context_.stop();
        });
    }

    void tell_what_holds_up() {
        notices_.on_wait(rows_.is_waiting() ? rows_.waits_for() : quota_.waits_for());
        // Transaction numbers and the carrier's day keep to the later time.
        notices_.on_clock_behind(quota_.clock_behind());
        if (end_) return;  // it does not go on, whatever the carrier does
        const auto outage = dispatcher_.outage();
        notices_.on_outage(outage, outage.empty() ? clock::time_point() : clock::now());
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
            link_.close_all();  // no answer could be written any more
        } else if (dispatcher_.stopped()) {
            result_.stop = dispatcher_.stopped();
            leave(run_end::carrier_stop, dispatcher_.stopped()->detail);
        } else if (const auto broken = quota_.error()) {
            leave(run_end::ledger_fault, broken->what());
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

    bool wants_records() const { return dispatcher_.cards_wanted() > 0 && rows_.wants_records(); }

    bool take_block() {
        block_ = intake_->try_take();
        if (block_) {
            if (settings_.keeps_columns && counters_.input_bytes_read() == 0)
                rows_.keep_columns(intake_->columns());
            rows_.pass(block_->begins_at, block_->consumed);
            counters_.on_read(block_->lines_read, block_->bytes_read);
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
        const auto end = block.next + std::min(dispatcher_.cards_wanted(), block.records.size() - block.next);
        const bool are_expected = expect_all(std::span(block.records).subspan(block.next, end - block.next));
        while (block.next < end && (are_expected || rows_.wants_records())) {
            const auto next = block.next;
            if (!are_expected && !expect(block.records[next].line, block.kept_of(next))) {
                ++block.next;
            } else if (const auto count = block.take_valid(are_expected ? end : next + 1); count > 0) {
                has_valid_record_ = true;
                dispatcher_.add(std::span(block.records).subspan(next), count, now, listener());
            } else {
                write_invalid(block, block.take_invalid());
            }
        }
    }

    /// In one step, where all are new and their lines follow each other: nearly always.
    bool expect_all(std::span<const dispatch::listed_card> records) {
        const auto lines = adjacent_lines(records);
        if (!lines || lines->first <= earlier_.newest_line() || !rows_.goes_straight()) return false;
        rows_.expect(*lines);
        return true;
    }

    bool expect(std::uint64_t line, std::string_view record) {
        if (earlier_.is_done(line)) return false;
        rows_.expect(line, record);
        return true;
    }

    void write_invalid(const intake_block& block, const invalid_record& record) {
        const auto raw = card::escape_raw(block.raw_of(record));
        const auto row = invalid_row(record, raw);
        if (first_invalid_.empty())
            first_invalid_ = "line " + std::to_string(record.line) + ": " + std::string(row.message);
        listener().on_outcome(row);
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
        if (has_valid_record_ || earlier_.cards() > 0) return close_output(output_end::commit);
        leave(rows_.are_none() ? run_end::empty_input : run_end::no_valid_card, first_invalid_);
        close_output(output_end::discard);
    }

    /// An input that cannot be used from its start leaves nothing behind.
    bool is_worth_keeping() const { return *end_ != run_end::input_fault || !rows_.are_none(); }

    void close_output(output_end how) {
        is_closing_ = true;
        is_discarded_ = how == output_end::discard;
        counters_.on_end();
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
    net::client client_;
    carrier::request_encoder encoder_;
    carrier::transid_sequence transids_;
    dispatch::dispatcher dispatcher_;
    quota_link quota_;  ///< before the outputs: a run that cannot keep its quota shall leave nothing behind
    calendar calendar_;
    std::unique_ptr<trace> trace_;  ///< before the rows: a run without its trace shall not begin
    run_opening opening_;
    const bool keeps_progress_ = opening_.outputs.progress != nullptr;
    earlier_work earlier_;
    row_path rows_;
    carrier_link link_;
    run_counters counters_;
    std::optional<intake> intake_;
    std::unique_ptr<intake_block> block_;
    steady_timer trace_timer_;
    steady_timer drain_timer_;
    steady_timer deadline_timer_;
    bool trace_flush_is_due_ = false;

    result result_;
    std::optional<run_end> end_;
    bool intake_ended_ = false;
    bool is_closing_ = false;
    bool is_discarded_ = false;
    notices notices_{settings_};
    bool has_valid_record_ = false;
    std::string first_invalid_;  ///< where and why
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
bool resolve_run::replaced_partial() const noexcept {
    return implementation_->replaced_partial();
}
std::optional<std::uint64_t> resolve_run::rows_before() const noexcept {
    return implementation_->rows_before();
}

}  // namespace cardresolver::run
