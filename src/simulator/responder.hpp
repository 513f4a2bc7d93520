// The carrier's mind: a request and the time go in, the bytes to send and what to do with the connection come
// out. No socket, no clock, no thread.
//
// What happens to an API request, in this order:
//
//   1. it is counted as an arrival;
//   2. it is held against the document (request_check.hpp); breaches count, and its transid is used up,
//      whatever happens below;
//   3. the limiter: what it does not take is refused with 71, and only the faults of step 7 can strike it;
//   4. `reset`, `stall`, `http-500`, `http-429`, `html`: the first that strikes is the answer;
//   5. a breach is refused; else `throttle` (71), `busy` (73), `poison` (10), the first that strikes;
//   6. the items: `foreign` card by card; then, with two items or more, `missing-item`, `repeated-item`,
//      `extra-item`, `shuffled`, each upon what the one before it left;
//   7. the text of any JSON reply, refusals too: `null-result` (status 0 only), `missing-comma` (where there
//      are items), `upper-keys`, `number-status`, `malformed`, `truncate`.
#pragma once

#include "card/kind.hpp"
#include "simulator/card_book.hpp"
#include "simulator/card_file.hpp"
#include "simulator/fault_plan.hpp"
#include "simulator/http_request.hpp"
#include "simulator/limiter.hpp"
#include "simulator/parameters.hpp"
#include "simulator/reply_body.hpp"
#include "simulator/request_check.hpp"
#include "simulator/simulator.hpp"
#include "simulator/text_buffer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// The two clocks, read once for a request.
struct moment {
    steady_time steady;
    wall_time wall;
};

/// What to do with the bytes of a reply.
enum class delivery : std::uint8_t {
    whole,    ///< send them
    cut_off,  ///< send them and close the connection without a farewell
    reset,    ///< send nothing, reset the connection
    stall,    ///< send nothing, leave the connection open until the peer closes it
};

/// The answer to one HTTP request.
struct reply {
    delivery how = delivery::whole;
    bool close = false;  ///< close the connection in good order after sending
    text_buffer bytes;   ///< head and body
};

/// How long to wait before an arrival is counted, and then before its answer goes out.
struct delays {
    std::chrono::nanoseconds before{0};
    std::chrono::nanoseconds after{0};
};

/// What `/stats` shows.
struct statistics {
    std::uint64_t requests = 0;    ///< arrivals of API requests
    std::uint64_t cards = 0;       ///< values in them
    std::uint64_t violations = 0;  ///< breaches of the document, and of HTTP
    std::uint64_t repeated_transids = 0;
    std::uint64_t bad_tokens = 0;
    std::uint64_t max_in_1s = 0;  ///< most arrivals in any sliding second
};

/// One carrier with its memory. One thread at a time.
class responder {
public:
    /// Throws `std::runtime_error` with a sentence for the user: unknown fault, unreadable cards file.
    explicit responder(const settings& settings);

    /// The waiting that the settings give this request. Nothing but API requests waits.
    delays delays_of(const http_request& request);

    /// Answers `request`, which arrives `now`. `out` is written anew.
    void respond(const http_request& request, moment now, reply& out);

    /// Answers bytes that are no HTTP request: 400 and close.
    void respond_to_garbage(moment now, reply& out);

    const statistics& counted() const noexcept { return statistics_; }

private:
    void answer_query(const http_request& request, moment now, reply& out);
    void read_parameters(const http_request& request);
    void count(const check_result& checked, steady_time now);
    bool strike_gateway(std::string_view key, moment now, reply& out);
    carrier_status judge(const check_result& checked) const;
    reply_item answer_card(card::card_kind kind, std::string_view number) const;
    void arrange_items(card::card_kind kind, std::string_view key);
    reply_item foreign_item(card::card_kind kind, std::string_view key) const;
    void write_items(reply_body& body, std::string_view key) const;
    void send_json(const carrier_status& status, const check_result& checked, moment now, reply& out);
    void send_statistics(moment now, reply& out);
    void put_head(std::string_view status_line, std::string_view type, std::size_t length, moment now,
                  reply& out);
    std::string_view date_at(wall_time now);

    std::chrono::nanoseconds latency_;
    std::chrono::nanoseconds jitter_;
    fault_plan faults_;
    limiter limiter_;
    request_check check_;
    std::optional<card_file> cards_;
    statistics statistics_;
    sliding_second arrivals_;
    // Kept from request to request for their storage alone.
    parameters parameters_;
    std::vector<reply_item> items_;
    std::vector<std::size_t> order_;  // of items_, as they go into the reply
    text_buffer body_;
    std::string date_;
    std::int64_t date_second_ = -1;
};

}  // namespace cardresolver::simulator
