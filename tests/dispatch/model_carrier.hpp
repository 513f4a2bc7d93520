// A carrier and a network made of numbers: drives a dispatcher through virtual time.
#pragma once

#include "dispatch/dispatcher.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

namespace cardresolver::dispatch::testing_support {

/// The two other numbers of a card, by a rule that the checks repeat.
std::string imsi_of(std::string_view msisdn);
card::card_number numbered_msisdn(std::uint64_t index);

struct model_item {
    std::string status = "0";
    std::string message;
    card::card_number asked;
    std::string imsi;
};

/// What the model does with a request.
struct model_answer {
    enum class kind : std::uint8_t { reply, malformed, http, failure };
    kind what = kind::reply;
    duration latency = std::chrono::milliseconds(50);
    std::string status = "0";
    std::string message;
    std::vector<model_item> items;
    unsigned http_status = 500;
    std::optional<duration> retry_after;
    card::failure_kind failure = card::failure_kind::timeout;
};

struct model_request {
    std::uint64_t number = 0;  ///< counts from 1
    time_point at;
    std::vector<card::card_number> cards;
};

/// What becomes of an attempt to connect.
struct model_opening {
    duration takes = std::chrono::milliseconds(20);
    bool fails = false;
};

/// A reply that resolves every card of the request.
model_answer answer_all(const model_request& request);
model_answer top_status(std::string status, std::string message = {});
model_answer http_status(unsigned status);
model_answer failing(card::failure_kind kind);

/// What a ledger says to the only process of an account.
quota::grant grant_all(const quota::request& request);

/// One decided row, copied.
struct decided_row {
    std::uint64_t line;
    std::string number;
    card::outcome_kind outcome;
    std::string imsi;
    std::string status;
    std::string message;
};

/// Owns the virtual clock, the list and the rows.
class model_run : public outcome_listener {
public:
    using carrier_rule = std::function<model_answer(const model_request&)>;

    model_run(const settings& settings, carrier_rule rule);

    /// MSISDN number `index` on each of the lines 1 to `count`.
    void list_cards(std::uint64_t count);
    void list(std::vector<card::card_number> cards);
    /// Keeps rows for inspection; off, they are only checked against the rule and counted.
    void keep_rows(bool keep) { keep_rows_ = keep; }
    /// Connections have to be opened, by this rule, and failed requests close them. Without a rule, there are
    /// always enough.
    void open_by(std::function<model_opening(time_point)> rule) { opening_rule_ = std::move(rule); }

    /// Runs until the dispatcher has finished, or until `limit` of virtual time has passed.
    void execute(duration limit = std::chrono::hours(48), std::size_t connections = 16);

    void on_outcome(const card::card_outcome& outcome) override;

    dispatcher& dispatch() { return dispatcher_; }
    carrier::status_catalogue& catalogue() { return catalogue_; }
    const std::vector<model_request>& requests() const { return requests_; }
    const std::vector<decided_row>& rows() const { return rows_; }
    const decided_row& row_of(std::uint64_t line) const;
    std::uint64_t count_of(card::outcome_kind kind) const {
        return outcomes_[static_cast<std::size_t>(kind)];
    }
    std::uint64_t rows_written() const { return rows_written_; }
    std::uint64_t wrong_rows() const { return wrong_rows_; }
    std::uint64_t request_count() const { return request_count_; }
    std::size_t most_in_flight() const { return most_in_flight_; }
    duration elapsed() const { return now_ - start; }
    /// A digest of every request and every row, in order.
    std::uint64_t trace() const { return trace_; }

    static constexpr time_point start{std::chrono::hours(1)};

private:
    struct completion {
        time_point at;
        std::uint64_t order;
        batch_id batch;
        model_answer answer;
        bool operator>(const completion& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    static constexpr std::size_t spare_for_probes = 6;  ///< connections beyond the usual, as in a link

    void feed();
    std::size_t most_at_once(std::size_t connections) const;
    bool has_connection(std::size_t connections);
    time_point next_event(std::size_t connections);
    void end_openings();
    void send(std::size_t connections);
    void complete(const completion& done);
    std::uint64_t shape_of(const carrier::reply_item& item);
    void abandon_hung();
    void free_a_permit();
    void note(std::uint64_t value) { trace_ = (trace_ ^ value) * 0x100000001B3ULL; }

    carrier::status_catalogue catalogue_;
    dispatcher dispatcher_;
    carrier_rule rule_;
    std::function<card::card_number(std::uint64_t)> card_at_;
    std::uint64_t card_count_ = 0;
    std::uint64_t fed_ = 0;
    time_point now_ = start;
    std::priority_queue<completion, std::vector<completion>, std::greater<>> pending_;
    std::function<model_opening(time_point)> opening_rule_;
    std::multimap<time_point, bool> openings_;  ///< under way: when they end, and whether they fail
    time_point abandoned_before_ = time_point::min();
    std::uint64_t items_ = 0;  ///< of all replies
    using item_kind = std::tuple<std::string, std::string, std::size_t, std::size_t, std::size_t, bool>;
    std::map<item_kind, std::uint64_t> shapes_;
    std::size_t open_ = 0;            ///< connections
    time_point may_open_at_ = never;  ///< where one is missing
    bool keep_rows_ = true;
    std::vector<model_request> requests_;
    std::vector<decided_row> rows_;
    std::vector<bool> seen_lines_;
    std::array<std::uint64_t, card::outcome_kind_count> outcomes_{};
    std::uint64_t rows_written_ = 0;
    std::uint64_t wrong_rows_ = 0;
    std::uint64_t request_count_ = 0;
    std::size_t most_in_flight_ = 0;
    std::uint64_t trace_ = 0xCBF29CE484222325ULL;
};

}  // namespace cardresolver::dispatch::testing_support
