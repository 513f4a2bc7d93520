#include "simulator/responder.hpp"

#include "simulator/hashing.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace cardresolver::simulator {
namespace {

constexpr std::string_view api_path = "/v2/batchquerycardinfo";
constexpr std::string_view json_type = "application/json;charset=UTF-8";
constexpr std::string_view html_type = "text/html;charset=UTF-8";
constexpr std::string_view ok = "200 OK";

bool is_api(const http_request& request) noexcept {
    return request.path.ends_with(api_path);
}

/// What the carrier says of a card that it does not know as the customer's.
carrier_status unknown_status(card::card_kind kind) noexcept {
    switch (kind) {
        case card::card_kind::iccid:
            return statuses::foreign_iccid;
        case card::card_kind::msisdn:
            return statuses::foreign_msisdn;
        case card::card_kind::imsi:
            break;  // the catalogue has no such code for IMSIs
    }
    return statuses::unknown_card;
}

/// Only the asked number is known.
card_triple lone_number(card::card_kind kind, std::string_view number) noexcept {
    card_triple card;
    set_number(card, kind, number);
    return card;
}

std::optional<card_file> load_cards(const std::string& path) {
    if (path.empty()) return std::nullopt;
    return card_file::load(path);
}

}  // namespace

responder::responder(const settings& settings)
    : latency_(settings.latency),
      jitter_(settings.jitter),
      faults_(settings.seed, settings.faults),
      limiter_(settings.rate, settings.daily_quota),
      check_({settings.appid, settings.ebid, settings.password}),
      cards_(load_cards(settings.cards_file)) {}

delays responder::delays_of(const http_request& request) {
    if (!is_api(request)) return {};
    delays waiting{latency_ / 2, latency_ - latency_ / 2};
    if (jitter_.count() > 0) {
        read_parameters(request);
        const auto key = draw_key_of(parameters_);
        const auto half = static_cast<double>(jitter_.count()) / 2;
        const auto share = [&](std::string_view purpose) {
            return std::chrono::nanoseconds(static_cast<std::int64_t>(half * faults_.fraction(purpose, key)));
        };
        waiting.before += share("jitter-before");
        waiting.after += share("jitter-after");
    }
    return waiting;
}

void responder::respond(const http_request& request, moment now, reply& out) {
    out.how = delivery::whole;
    out.close = !request.keep_alive;
    out.bytes.clear();
    if (request.method != "GET" && request.method != "POST") {
        // Closed, since the answer to a HEAD must have no body and the client may think of others.
        if (is_api(request)) ++statistics_.violations;
        out.close = true;
        put_head("405 Method Not Allowed", html_type, 0, now, out);
    } else if (is_api(request)) {
        answer_query(request, now, out);
    } else if (request.path == "/stats") {
        send_statistics(now, out);
    } else {
        body_.clear();
        reply_body(body_, {}).write_status(statuses::unknown_path);
        put_head(ok, json_type, body_.size(), now, out);
        out.bytes.put(body_.view());
    }
}

void responder::respond_to_garbage(moment now, reply& out) {
    ++statistics_.violations;
    out.how = delivery::whole;
    out.close = true;
    out.bytes.clear();
    put_head("400 Bad Request", html_type, 0, now, out);
}

void responder::answer_query(const http_request& request, moment now, reply& out) {
    read_parameters(request);
    const auto checked = check_.check(parameters_);
    count(checked, now.steady);
    if (!limiter_.accept(now.steady, now.wall)) {
        send_json(statuses::throttled, checked, now, out);
    } else if (!strike_gateway(checked.draw_key, now, out)) {
        send_json(judge(checked), checked, now, out);
    }
}

void responder::read_parameters(const http_request& request) {
    parameters_.clear();
    parameters_.read(request.query);
    if (request.has_form) parameters_.read(request.body);
}

void responder::count(const check_result& checked, steady_time now) {
    ++statistics_.requests;
    statistics_.cards += check_.cards().size();
    statistics_.violations += checked.violations;
    statistics_.bad_tokens += checked.has_bad_token ? 1 : 0;
    statistics_.repeated_transids += checked.has_repeated_transid ? 1 : 0;
    arrivals_.add(now);
    statistics_.max_in_1s = std::max(statistics_.max_in_1s, arrivals_.count(now));
}

bool responder::strike_gateway(std::string_view key, moment now, reply& out) {
    constexpr std::string_view page = "<html><head><title>error</title></head><body>error</body></html>\n";
    if (faults_.strikes(fault::reset, key)) {
        out.how = delivery::reset;
    } else if (faults_.strikes(fault::stall, key)) {
        out.how = delivery::stall;
    } else if (faults_.strikes(fault::http_500, key)) {
        put_head("500 Internal Server Error", html_type, page.size(), now, out);
        out.bytes.put(page);
    } else if (faults_.strikes(fault::http_429, key)) {
        put_head("429 Too Many Requests\r\nRetry-After: 1", html_type, page.size(), now, out);
        out.bytes.put(page);
    } else if (faults_.strikes(fault::html, key)) {
        put_head(ok, html_type, page.size(), now, out);
        out.bytes.put(page);
    } else {
        return false;
    }
    return true;
}

carrier_status responder::judge(const check_result& checked) const {
    if (!checked.status.is_success()) return checked.status;
    if (faults_.strikes(fault::throttle, checked.draw_key)) return statuses::throttled;
    if (faults_.strikes(fault::busy, checked.draw_key)) return statuses::busy;
    const auto cards = check_.cards();
    const bool is_poisoned = faults_.is_possible(fault::poison) &&
                             std::any_of(cards.begin(), cards.end(), [this](std::string_view number) {
                                 return faults_.strikes(fault::poison, number);
                             });
    return is_poisoned ? statuses::wrong_parameter : statuses::answered;
}

reply_item responder::answer_card(card::card_kind kind, std::string_view number) const {
    if (faults_.strikes(fault::foreign, number)) return {unknown_status(kind), lone_number(kind, number)};
    if (!cards_) return {statuses::answered, computed_card(kind, number)};
    if (const auto* const card = cards_->find(kind, number)) return {statuses::answered, *card};
    return {unknown_status(kind), lone_number(kind, number)};
}

reply_item responder::foreign_item(card::card_kind kind, std::string_view key) const {
    const auto asked = check_.cards();
    auto index = faults_.choose(fault::extra_item, key, card_index_count);
    for (;; index = (index + 1) % card_index_count) {
        const auto card = card_at(index);
        if (std::find(asked.begin(), asked.end(), number_of(card, kind)) == asked.end()) {
            return {statuses::answered, card};
        }
    }
}

void responder::arrange_items(card::card_kind kind, std::string_view key) {
    items_.clear();
    for (const auto number : check_.cards()) {
        items_.push_back(answer_card(kind, number));
    }
    order_.resize(items_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (items_.size() < 2) return;
    if (faults_.strikes(fault::missing_item, key)) {
        order_.erase(order_.begin() +
                     static_cast<std::ptrdiff_t>(faults_.choose(fault::missing_item, key, order_.size())));
    }
    if (faults_.strikes(fault::repeated_item, key)) {
        const auto again = order_[faults_.choose(fault::repeated_item, key, order_.size())];
        order_.push_back(again);
    }
    if (faults_.strikes(fault::extra_item, key)) {
        order_.push_back(items_.size());
        items_.push_back(foreign_item(kind, key));
    }
    if (faults_.strikes(fault::shuffled, key)) {
        // Sattolo's shuffle: every item leaves its place, so that the order is another one even for two.
        auto random = faults_.choose(fault::shuffled, key, std::uint64_t{1} << 63U);
        for (auto i = order_.size(); i > 1; --i) {
            random = mix(random);
            std::swap(order_[i - 1], order_[random % (i - 1)]);
        }
    }
}

void responder::write_items(reply_body& body, std::string_view key) const {
    const auto spoilt = faults_.strikes(fault::missing_comma, key)
                            ? faults_.choose(fault::missing_comma, key, order_.size())
                            : order_.size();
    body.begin(statuses::answered);
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto& item = items_[order_[i]];
        if (i == spoilt) {
            body.add_without_comma(item);
        } else {
            body.add(item);
        }
    }
    body.end();
}

void responder::send_json(const carrier_status& status, const check_result& checked, moment now, reply& out) {
    const auto key = checked.draw_key;
    body_.clear();
    reply_body body(body_,
                    {faults_.strikes(fault::upper_keys, key), faults_.strikes(fault::number_status, key)});
    if (!status.is_success()) {
        body.write_status(status);
    } else if (faults_.strikes(fault::null_result, key)) {
        body.write_null_result(status);
    } else {
        arrange_items(checked.kind, key);
        write_items(body, key);
    }
    if (faults_.strikes(fault::malformed, key)) body_.truncate(body_.size() * 2 / 3);
    put_head(ok, json_type, body_.size(), now, out);
    if (faults_.strikes(fault::truncate, key)) {
        body_.truncate(body_.size() / 2);
        out.how = delivery::cut_off;
    }
    out.bytes.put(body_.view());
}

void responder::send_statistics(moment now, reply& out) {
    body_.clear();
    const auto put = [this](std::string_view key, std::uint64_t value) {
        body_.put(key);
        body_.put_number(value);
    };
    put(R"({"requests":)", statistics_.requests);
    put(R"(,"cards":)", statistics_.cards);
    put(R"(,"violations":)", statistics_.violations);
    put(R"(,"repeated_transids":)", statistics_.repeated_transids);
    put(R"(,"bad_tokens":)", statistics_.bad_tokens);
    put(R"(,"max_in_1s":)", statistics_.max_in_1s);
    body_.put("}\n");
    put_head(ok, json_type, body_.size(), now, out);
    out.bytes.put(body_.view());
}

void responder::put_head(std::string_view status_line, std::string_view type, std::size_t length, moment now,
                         reply& out) {
    out.bytes.put("HTTP/1.1 ");
    out.bytes.put(status_line);
    out.bytes.put("\r\nDate: ");
    out.bytes.put(date_at(now.wall));
    out.bytes.put("\r\nContent-Type: ");
    out.bytes.put(type);
    out.bytes.put(out.close ? "\r\nConnection: close\r\nContent-Length: "
                            : "\r\nConnection: keep-alive\r\nContent-Length: ");
    out.bytes.put_number(length);
    out.bytes.put("\r\n\r\n");
}

std::string_view responder::date_at(wall_time now) {
    // IMF-fixdate (RFC 9110 section 5.6.7), written anew once in a second.
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second.time_since_epoch().count() == date_second_) return date_;
    date_second_ = second.time_since_epoch().count();
    constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(second - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    date_ = text.data();
    return date_;
}

}  // namespace cardresolver::simulator
