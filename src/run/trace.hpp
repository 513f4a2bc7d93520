// The trace of a run: every attempt, connection and row as a line of NDJSON, in the order they ended. The
// words are those of docs/trace.md. No token, password or URL is in it.
#pragma once

#include "card/failure.hpp"
#include "card/number.hpp"
#include "card/outcome.hpp"
#include "carrier/reply.hpp"
#include "carrier/status_catalogue.hpp"
#include "carrier/transid.hpp"
#include "dispatch/dispatcher.hpp"
#include "net/connection.hpp"
#include "run/event_line.hpp"
#include "run/row_writer.hpp"
#include "run/settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

/// What a connection keeps of the attempt that it carries until that ends; its memory is reused.
struct traced_attempt {
    std::uint64_t ordinal = 0;     ///< of the run, from 1, in the order of sending
    std::uint64_t connection = 0;  ///< of the run, from 1
    std::chrono::system_clock::time_point sent_at;
    carrier::transid transid;
    card::card_kind kind = card::card_kind::iccid;
    std::vector<card::card_number> numbers;
    std::vector<std::uint64_t> lines;  ///< of these cards
};

/// Events are formatted on the caller's thread, which is one, and written on a thread of their own, through
/// the same blocks as rows: `is_blocked` says when the disk is slower than the run, which then has to wait,
/// since no event is dropped. After an error, and after `finish`, events are ignored.
class trace final : public dispatch::outcome_listener {
public:
    using clock = std::chrono::steady_clock;

    /// `rows` is told of every row after it was traced. `notify` as for `row_writer`. `settings`,
    /// `catalogue` and `rows` outlive the trace. Throws `sink::output_error`.
    trace(const trace_settings& settings, const carrier::status_catalogue& catalogue,
          dispatch::outcome_listener& rows, std::function<void()> notify);

    /// The first event: what was run, and how. `goes_on`: with what an earlier process has begun, whose
    /// events stay.
    void on_start(const settings& run, std::chrono::system_clock::time_point at, bool goes_on);

    void on_opened(std::uint64_t connection, clock::duration took);
    void on_open_failed(std::uint64_t connection, const card::failure& failure, clock::duration took);
    void on_closed(std::uint64_t connection);

    /// A request goes out; fills `one`.
    void on_sent(traced_attempt& one, std::uint64_t connection, const carrier::transid& transid,
                 std::chrono::system_clock::time_point at, const dispatch::request_order& order);
    /// A whole HTTP reply came; `decoded` is null where it is no reply of the carrier's. The rows that follow
    /// are its doing, until `on_settled`.
    void on_reply(const traced_attempt& one, const net::exchange_result& exchanged,
                  const carrier::reply* decoded);
    /// The same where none came.
    void on_failure(const traced_attempt& one, const card::failure& failure, clock::duration took);
    /// The reply was about cards that were not asked, and is not believed.
    void on_discarded(const traced_attempt& one);
    /// The dispatcher has dealt with the attempt, and leaves the carrier alone until then.
    void on_settled(std::optional<clock::time_point> held_until, clock::time_point now);

    /// Also for rows that no attempt decides: the invalid ones.
    void on_outcome(const card::card_outcome& row) override;

    bool is_blocked() const { return writer_.is_blocked(); }
    void flush() { writer_.flush(); }
    bool has_unflushed() const noexcept { return writer_.has_unflushed(); }
    void finish();
    bool is_finished() const { return writer_.is_finished(); }
    /// Tells `settings.on_fault` where the trace cannot be written any further, once.
    void look_for_fault();

private:
    trace(std::unique_ptr<sink::output> file, const trace_settings& settings,
          const carrier::status_catalogue& catalogue, dispatch::outcome_listener& rows,
          std::function<void()> notify);

    /// Keeps `line_` and the writer together: formatted, then handed over.
    template <class Format>
    void write(std::string_view name, Format format);
    void describe(event_line& line, const traced_attempt& one, clock::duration took) const;
    void describe_reply(event_line& line, const traced_attempt& one, const carrier::reply& reply) const;
    void append_cards(event_line& line, const traced_attempt& one) const;
    void append_asked_again(event_line& line, const traced_attempt& one, const carrier::reply& reply) const;
    std::string shown(std::string_view number) const;

    const trace_settings& settings_;
    const carrier::status_catalogue& catalogue_;
    dispatch::outcome_listener& rows_;
    sink::output& file_;  ///< the writer's
    row_writer writer_;
    std::string line_;  ///< reused
    bool is_open_ = true;
    bool is_fault_told_ = false;
    std::uint64_t attempts_ = 0;
    std::uint64_t current_ = 0;  ///< the attempt that the dispatcher is dealing with; 0: none
    clock::time_point held_until_{};
};

}  // namespace cardresolver::run
