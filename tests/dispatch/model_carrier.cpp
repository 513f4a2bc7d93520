#include "dispatch/model_carrier.hpp"

#include "card/byte_word.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cardresolver::dispatch::testing_support {

std::string imsi_of(std::string_view msisdn) {
    return "46" + std::string(msisdn);
}

card::card_number numbered_msisdn(std::uint64_t index) {
    return {card::card_kind::msisdn, std::to_string(1'064'800'000'000ULL + index)};
}

model_answer answer_all(const model_request& request) {
    model_answer answer;
    for (const auto& number : request.cards)
        answer.items.push_back({"0", "", number, imsi_of(number.view())});
    return answer;
}

model_answer top_status(std::string status, std::string message) {
    model_answer answer;
    answer.status = std::move(status);
    answer.message = std::move(message);
    return answer;
}

model_answer http_status(unsigned status) {
    model_answer answer;
    answer.what = model_answer::kind::http;
    answer.http_status = status;
    return answer;
}

model_answer failing(card::failure_kind kind) {
    model_answer answer;
    answer.what = model_answer::kind::failure;
    answer.failure = kind;
    return answer;
}

model_run::model_run(const settings& settings, carrier_rule rule)
    : dispatcher_(settings, catalogue_), rule_(std::move(rule)) {}

void model_run::list_cards(std::uint64_t count) {
    card_count_ = count;
    card_at_ = numbered_msisdn;
    seen_lines_.assign(count + 1, false);
}

void model_run::list(std::vector<card::card_number> cards) {
    card_count_ = cards.size();
    seen_lines_.assign(card_count_ + 1, false);
    card_at_ = [cards = std::move(cards)](std::uint64_t index) { return cards[index]; };
}

const decided_row& model_run::row_of(std::uint64_t line) const {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.line == line; });
    if (found == rows_.end()) throw std::out_of_range("no row for line " + std::to_string(line));
    return *found;
}

quota::grant grant_all(const quota::request& request) {
    quota::grant granted;
    for (const auto& limit : request.limits.limits) {
        if (!quota::is_counted(limit)) granted.shares.push_back(limit.count);
    }
    granted.targets = granted.shares;
    granted.block = {1, request.wanted_permits};
    granted.transids.count = request.wanted_transids;
    return granted;
}

void model_run::on_outcome(const card::card_outcome& outcome) {
    ++rows_written_;
    ++outcomes_[static_cast<std::size_t>(outcome.outcome)];
    note(outcome.line);
    const auto number = card_at_(outcome.line - 1);
    const bool is_repeated = seen_lines_[outcome.line];
    const bool is_wrong_imsi = outcome.outcome == card::outcome_kind::resolved &&
                               number.kind() == card::card_kind::msisdn &&
                               outcome.imsi != imsi_of(number.view());
    if (is_repeated || is_wrong_imsi || outcome.number != number.view()) ++wrong_rows_;
    seen_lines_[outcome.line] = true;
    if (!keep_rows_) return;
    rows_.push_back({outcome.line, std::string(outcome.number), outcome.outcome, std::string(outcome.imsi),
                     std::string(outcome.status), std::string(outcome.message)});
}

void model_run::feed() {
    while (fed_ < card_count_ && dispatcher_.cards_wanted() > 0) {
        // More than are taken in, as in a block of a list.
        const auto count = std::min<std::uint64_t>(dispatcher_.cards_wanted(), card_count_ - fed_);
        std::vector<listed_card> block;
        for (auto at = fed_; at < std::min(card_count_, fed_ + count + card_table::fetch_ahead); ++at)
            block.emplace_back(card_at_(at), at + 1);
        dispatcher_.add(block, count, now_, *this);
        fed_ += count;
    }
    if (fed_ == card_count_) dispatcher_.end_input();
}

std::size_t model_run::most_at_once(std::size_t connections) const {
    return connections + (opening_rule_ && dispatcher_.is_probing(now_) ? spare_for_probes : 0);
}

/// Opens some, where there is none and there may be more.
bool model_run::has_connection(std::size_t connections) {
    may_open_at_ = never;
    if (!opening_rule_ || dispatcher_.in_flight() < open_) return true;
    while (open_ + openings_.size() < most_at_once(connections) && openings_.size() < dispatcher_.backlog()) {
        may_open_at_ = dispatcher_.may_open_at(now_, openings_.size(), open_);
        if (may_open_at_ > now_) return false;
        dispatcher_.on_opening(now_);
        const auto opening = opening_rule_(now_);
        openings_.emplace(now_ + opening.takes, opening.fails);
        may_open_at_ = never;
    }
    return false;
}

void model_run::end_openings() {
    while (!openings_.empty() && openings_.begin()->first <= now_) {
        const bool fails = openings_.begin()->second;
        openings_.erase(openings_.begin());
        if (fails) {
            dispatcher_.on_open_failed({card::failure_stage::connect, card::failure_kind::unreachable});
        } else {
            ++open_;
            dispatcher_.on_opened();
        }
    }
}

void model_run::send(std::size_t connections) {
    may_open_at_ = never;
    while (dispatcher_.in_flight() < most_at_once(connections)) {
        if (dispatcher_.may_send_at(now_) > now_ || !has_connection(connections)) return;
        const auto order = dispatcher_.next(now_);
        if (!order) return;
        model_request request{++request_count_, now_, {order->numbers.begin(), order->numbers.end()}};
        auto answer = rule_(request);
        note(static_cast<std::uint64_t>((now_ - start).count()));
        note(request.cards.size());
        pending_.push({now_ + answer.latency, request_count_, order->batch, std::move(answer)});
        most_in_flight_ = std::max(most_in_flight_, dispatcher_.in_flight());
        if (keep_rows_) requests_.push_back(std::move(request));
    }
}

void model_run::complete(const completion& done) {
    const auto& answer = done.answer;
    switch (answer.what) {
        case model_answer::kind::malformed:
            return dispatcher_.on_malformed_reply(done.batch, now_, *this);
        case model_answer::kind::http:
            return dispatcher_.on_http_status(done.batch, answer.http_status, answer.retry_after, now_,
                                              *this);
        case model_answer::kind::failure:
            if (opening_rule_) --open_;
            return dispatcher_.on_failure(done.batch, {card::failure_stage::read, answer.failure}, now_,
                                          *this);
        case model_answer::kind::reply:
            break;
    }
    std::vector<carrier::reply_item> items;
    for (const auto& item : answer.items) {
        carrier::reply_item one{item.status, item.message, {}, {}, "1064800000000"};
        if (item.asked.kind() == card::card_kind::iccid) one.iccid = item.asked.view();
        if (item.asked.kind() == card::card_kind::imsi) one.imsi = item.asked.view();
        if (item.asked.kind() == card::card_kind::msisdn) {
            one.msisdn = item.asked.view();
            one.imsi = item.imsi;
        }
        one.shape = shape_of(one);
        items.push_back(one);
    }
    dispatcher_.on_reply(done.batch, {answer.status, answer.message, items, false}, now_, *this);
}

/// As a decoder would name it, which now and then has learnt too many others.
std::uint64_t model_run::shape_of(const carrier::reply_item& item) {
    if (++items_ % 50 == 0) return 0;
    const item_kind kind{std::string(item.status), std::string(item.message),
                         item.iccid.size(),        item.imsi.size(),
                         item.msisdn.size(),       card::has_digits_alone(item.imsi)};
    return shapes_.emplace(kind, shapes_.size() + 1).first->second;
}

void model_run::abandon_hung() {
    if (dispatcher_.hung_before() == abandoned_before_) return;
    abandoned_before_ = dispatcher_.hung_before();
    auto others = std::exchange(pending_, {});
    for (; !others.empty(); others.pop()) {
        auto one = others.top();
        if (dispatcher_.sent_at(one.batch) < abandoned_before_) {
            complete({now_, one.order, one.batch, failing(card::failure_kind::cancelled)});
        } else {
            pending_.push(std::move(one));
        }
    }
}

void model_run::free_a_permit() {
    if (dispatcher_.gives_up_one_at(now_) > now_) return;
    const auto longest = dispatcher_.longest_under_way();
    auto others = std::exchange(pending_, {});
    for (; !others.empty(); others.pop()) {
        auto one = others.top();
        if (one.batch == longest) {
            complete({now_, one.order, one.batch, failing(card::failure_kind::cancelled)});
        } else {
            pending_.push(std::move(one));
        }
    }
}

time_point model_run::next_event(std::size_t connections) {
    auto at = std::min({dispatcher_.give_up_at(), may_open_at_, dispatcher_.ledger_due_at(now_),
                        dispatcher_.gives_up_one_at(now_)});
    if (!openings_.empty()) at = std::min(at, openings_.begin()->first);
    // All connections may hang. When that is noticed, there are to be some more.
    if (opening_rule_ && dispatcher_.probing_at() > now_) at = std::min(at, dispatcher_.probing_at());
    if (dispatcher_.in_flight() >= most_at_once(connections)) return at;
    const auto send_at = dispatcher_.may_send_at(now_);
    return send_at > now_ ? std::min(at, send_at) : at;
}

void model_run::execute(duration limit, std::size_t connections) {
    if (!opening_rule_) {
        dispatcher_.on_opening(now_);
        dispatcher_.on_opened();
    }
    while (now_ - start < limit) {
        feed();
        dispatcher_.on_time(now_);
        end_openings();
        while (dispatcher_.ledger_due_at(now_) <= now_)
            dispatcher_.on_grant(grant_all(dispatcher_.ask_ledger(now_)), now_);
        send(connections);
        free_a_permit();
        if (dispatcher_.is_finished()) return;
        const auto at = next_event(connections);
        if (!pending_.empty() && pending_.top().at <= at) {
            const auto done = pending_.top();
            pending_.pop();
            now_ = std::max(now_, done.at);
            complete(done);
            abandon_hung();
        } else if (at == never) {
            throw std::logic_error("the dispatcher waits for nothing, and has not finished");
        } else {
            now_ = std::max(now_, at);
        }
    }
}

}  // namespace cardresolver::dispatch::testing_support
