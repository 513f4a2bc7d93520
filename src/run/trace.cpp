#include "run/trace.hpp"

#include "card/canonical.hpp"
#include "dispatch/reply_matcher.hpp"
#include "run/masking.hpp"
#include "run/rate_text.hpp"
#include "run/trace_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cardresolver::run {
namespace {

using carrier::status_class;
using system_clock = std::chrono::system_clock;

constexpr std::size_t longest_number = 64;
constexpr std::size_t longest_status = 64;
constexpr std::size_t longest_message = 200;

/// What an attempt without a whole reply is called; the rows use the same words.
std::string_view class_of(card::failure_kind kind) noexcept {
    using card::failure_kind;
    switch (kind) {
        case failure_kind::timeout:
            return "timeout";
        case failure_kind::protocol:
            return "malformed";
        case failure_kind::stale:
            return "stale";
        case failure_kind::cancelled:
            return "cancelled";
        default:
            return "connection";
    }
}

bool gives_another_number(const carrier::reply_item& item, card::card_kind asked) noexcept {
    return std::any_of(card::all_card_kinds.begin(), card::all_card_kinds.end(), [&](card::card_kind kind) {
        return kind != asked && !dispatch::number_of(item, kind).empty();
    });
}

/// Whether an item decides nothing, so that its card is asked again.
bool is_passing(status_class meaning, const carrier::reply_item& item, card::card_kind asked) noexcept {
    switch (meaning) {
        case status_class::throttled:
        case status_class::busy:
        case status_class::transient:
            return true;
        case status_class::answered:
            return !gives_another_number(item, asked);
        default:
            return false;
    }
}

}  // namespace

trace::trace(const trace_settings& settings, const carrier::status_catalogue& catalogue,
             dispatch::outcome_listener& rows, std::function<void()> notify)
    : trace(open_trace(settings.target), settings, catalogue, rows, std::move(notify)) {}

trace::trace(std::unique_ptr<sink::output> file, const trace_settings& settings,
             const carrier::status_catalogue& catalogue, dispatch::outcome_listener& rows,
             std::function<void()> notify)
    : settings_(settings),
      catalogue_(catalogue),
      rows_(rows),
      file_(*file),
      writer_({std::move(file), sink::output_format::ndjson, nullptr, sink::output_format::ndjson, nullptr},
              std::nullopt, std::move(notify)) {}

template <class Format>
void trace::write(std::string_view name, Format format) {
    if (!is_open_) return;
    line_.clear();
    {
        event_line line(line_, name);
        format(line);
    }
    writer_.append_text(line_);
}

void trace::on_start(const settings& run, system_clock::time_point at, bool goes_on) {
    if (!goes_on) file_.restart();
    const auto rates = format_rates(run.dispatch.pace.limits, run.dispatch.pace.finds_limit);
    write("run", [&](event_line& line) {
        line.text("version", settings_.version)
            .time("started_at", at)
            .text("numbers", settings_.shows_numbers ? "whole" : "masked")
            .text("kind", run.canonical.kind ? card::to_string(*run.canonical.kind) : "auto")
            .boolean("pad_iccid", run.canonical.pad_iccid)
            .number("batch_size", run.dispatch.batch_size)
            .text("rate", fmt::format("{}", fmt::join(rates, ", ")))
            .number("attempts", run.dispatch.attempts)
            .duration("request_timeout_ms", run.client.request_timeout);
        if (run.connections) line.number("connections", *run.connections);
    });
}

void trace::on_opened(std::uint64_t connection, clock::duration took) {
    write("connection", [&](event_line& line) {
        line.time("at", system_clock::now())
            .number("connection", connection)
            .text("state", "opened")
            .duration("duration_ms", took);
    });
}

void trace::on_open_failed(std::uint64_t connection, const card::failure& failure, clock::duration took) {
    write("connection", [&](event_line& line) {
        line.time("at", system_clock::now())
            .number("connection", connection)
            .text("state", "failed")
            .duration("duration_ms", took)
            .text("stage", card::to_string(failure.stage))
            .text("failure", card::to_string(failure.kind))
            .text("detail", hide_numbers(failure.detail, longest_message));
    });
}

void trace::on_closed(std::uint64_t connection) {
    write("connection", [&](event_line& line) {
        line.time("at", system_clock::now()).number("connection", connection).text("state", "closed");
    });
}

void trace::on_sent(traced_attempt& one, std::uint64_t connection, const carrier::transid& transid,
                    system_clock::time_point at, const dispatch::request_order& order) {
    one.ordinal = ++attempts_;
    one.connection = connection;
    one.sent_at = at;
    one.transid = transid;
    one.kind = order.kind;
    one.numbers.assign(order.numbers.begin(), order.numbers.end());
    one.lines.assign(order.lines.begin(), order.lines.end());
}

void trace::on_reply(const traced_attempt& one, const net::exchange_result& exchanged,
                     const carrier::reply* decoded) {
    constexpr unsigned http_ok = 200;
    current_ = one.ordinal;
    write("attempt", [&](event_line& line) {
        const auto& reply = exchanged.reply;
        describe(line, one, exchanged.elapsed);
        line.number("http", reply.status).number("bytes", reply.body.size());
        if (decoded != nullptr) {
            describe_reply(line, one, *decoded);
        } else {
            line.text("class", reply.status == http_ok ? "malformed" : "http");
            if (const auto begin = begin_of_body(reply.body); !begin.empty()) line.text("body_head", begin);
        }
        append_cards(line, one);
    });
}

void trace::on_failure(const traced_attempt& one, const card::failure& failure, clock::duration took) {
    current_ = one.ordinal;
    write("attempt", [&](event_line& line) {
        describe(line, one, took);
        line.text("class", class_of(failure.kind))
            .text("stage", card::to_string(failure.stage))
            .text("failure", card::to_string(failure.kind));
        if (!failure.detail.empty()) line.text("detail", hide_numbers(failure.detail, longest_message));
        append_cards(line, one);
    });
}

void trace::on_discarded(const traced_attempt& one) {
    write("discarded", [&](event_line& line) { line.number("attempt", one.ordinal); });
}

void trace::on_settled(std::optional<clock::time_point> held_until, clock::time_point now) {
    if (held_until && *held_until != held_until_) {
        held_until_ = *held_until;
        write("hold", [&](event_line& line) {
            const auto at = system_clock::now();
            const auto until = at + std::chrono::duration_cast<system_clock::duration>(*held_until - now);
            line.time("at", at).time("until", until).number("attempt", current_);
        });
    }
    current_ = 0;
}

void trace::on_outcome(const card::card_outcome& row) {
    write("row", [&](event_line& line) {
        line.number("line", row.line)
            .text("number", shown(row.number))
            .text("outcome", card::to_string(row.outcome))
            .text("status", hide_numbers(row.status, longest_status));
        if (row.outcome != card::outcome_kind::resolved && !row.message.empty())
            line.text("message", hide_numbers(row.message, longest_message));
        if (current_ != 0) line.number("attempt", current_);
    });
    rows_.on_outcome(row);
}

void trace::describe(event_line& line, const traced_attempt& one, clock::duration took) const {
    line.number("attempt", one.ordinal)
        .time("at", one.sent_at)
        .text("transid", one.transid.view())
        .number("connection", one.connection)
        .text("kind", card::to_string(one.kind))
        .number("cards", one.numbers.size())
        .duration("duration_ms", took);
}

void trace::describe_reply(event_line& line, const traced_attempt& one, const carrier::reply& reply) const {
    const auto meaning = catalogue_.classify(reply.status, reply.message);
    line.text("class", to_string(meaning))
        .text("status", hide_numbers(reply.status, longest_status))
        .number("items", reply.items.size());
    if (meaning != status_class::answered) line.text("message", hide_numbers(reply.message, longest_message));
    append_asked_again(line, one, reply);
}

/// The cards whose own item asks for patience: few, if any, in any reply.
void trace::append_asked_again(event_line& line, const traced_attempt& one,
                               const carrier::reply& reply) const {
    struct asked_again {
        std::uint64_t line;
        std::string_view status;
    };
    std::vector<asked_again> cards;
    for (const auto& item : reply.items) {
        if (!is_passing(catalogue_.classify(item.status, item.message), item, one.kind)) continue;
        const auto number = card::canonicalize(dispatch::number_of(item, one.kind), {one.kind, true});
        const auto found = std::find(one.numbers.begin(), one.numbers.end(), number.number);
        const auto place = static_cast<std::size_t>(found - one.numbers.begin());
        if (number.is_valid() && place < one.lines.size()) cards.push_back({one.lines[place], item.status});
    }
    if (cards.empty()) return;
    line.array("again", cards.size(), [&](std::string& out, std::size_t i) {
        out.append("{\"line\":").append(std::to_string(cards[i].line)).append(",\"status\":");
        append_json_text(out, hide_numbers(cards[i].status, longest_status), longest_status);
        out.push_back('}');
    });
}

void trace::append_cards(event_line& line, const traced_attempt& one) const {
    line.array("lines", one.lines.size(),
               [&](std::string& out, std::size_t i) { out.append(std::to_string(one.lines[i])); });
    line.array("numbers", one.numbers.size(), [&](std::string& out, std::size_t i) {
        append_json_text(out, shown(one.numbers[i].view()), longest_number);
    });
}

std::string trace::shown(std::string_view number) const {
    return settings_.shows_numbers ? std::string(number) : mask_number(number);
}

void trace::finish() {
    is_open_ = false;
    writer_.finish(output_end::commit);
}

void trace::look_for_fault() {
    if (is_fault_told_) return;
    const auto fault = writer_.error();
    if (!fault) return;
    is_fault_told_ = true;
    is_open_ = false;
    if (settings_.on_fault) settings_.on_fault(fault->what());
}

}  // namespace cardresolver::run
