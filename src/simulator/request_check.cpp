#include "simulator/request_check.hpp"

#include "simulator/number_shape.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace cardresolver::simulator {
namespace {

constexpr std::size_t longest_transid = 48;
constexpr std::size_t time_digits = 14;
constexpr std::size_t sequence_digits = 8;
constexpr std::size_t most_cards = 100;

/// The first breach decides the answer; all of them count.
void breach(check_result& result, const carrier_status& status) {
    ++result.violations;
    if (result.status.is_success()) result.status = status;
}

/// Refuses without a breach: the settings are wrong, not the program.
void refuse(check_result& result, const carrier_status& status) {
    if (result.status.is_success()) result.status = status;
}

bool are_digits(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

unsigned number_in(std::string_view digits) noexcept {
    unsigned value = 0;
    for (const char c : digits) {
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

/// `text`: YYYYMMDDHHMISS, digits alone.
bool is_calendar_time(std::string_view text) noexcept {
    const auto year = number_in(text.substr(0, 4));
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(number_in(text.substr(4, 2))),
                                           std::chrono::day(number_in(text.substr(6, 2)))};
    constexpr unsigned first_year = 2000;
    constexpr unsigned last_year = 2199;
    return year >= first_year && year <= last_year && date.ok() && number_in(text.substr(8, 2)) < 24 &&
           number_in(text.substr(10, 2)) < 60 && number_in(text.substr(12, 2)) < 60;
}

}  // namespace

/// The parameters that a request may have; absent ones are empty.
struct request_check::named_parameters {
    std::string_view appid;
    std::string_view transid;
    std::string_view ebid;
    std::string_view token;
    std::string_view cards;
};

bool is_well_formed_transid(std::string_view transid, std::string_view appid) noexcept {
    if (transid.size() > longest_transid || !transid.starts_with(appid)) return false;
    const auto rest = transid.substr(appid.size());
    return rest.size() == time_digits + sequence_digits && are_digits(rest) &&
           is_calendar_time(rest.substr(0, time_digits));
}

std::string_view draw_key_of(const parameters& given) noexcept {
    for (const auto& [name, value] : given.entries()) {
        if (name == "transid") return value.substr(value.size() - std::min(value.size(), sequence_digits));
    }
    return {};
}

request_check::request_check(account customer)
    : customer_(std::move(customer)), token_(customer_.appid, customer_.password) {}

request_check::named_parameters request_check::sort_by_name(const parameters& given, check_result& result) {
    using entry = std::pair<std::string_view, std::optional<std::string_view>>;
    std::array<entry, 7> known{{{"appid", {}},
                                {"transid", {}},
                                {"ebid", {}},
                                {"token", {}},
                                {"iccids", {}},
                                {"imsis", {}},
                                {"msisdns", {}}}};
    constexpr std::size_t first_kind = 4;
    for (const auto& one : given.entries()) {
        auto* const place =
            std::find_if(known.begin(), known.end(), [&](const entry& e) { return e.first == one.name; });
        if (place == known.end() || place->second) {
            breach(result, statuses::wrong_naming);
        } else {
            place->second = one.value;
        }
    }
    if (given.has_broken_escape()) breach(result, statuses::wrong_naming);

    for (std::size_t i = 0; i < first_kind; ++i) {
        if (known[i].second.value_or("").empty()) breach(result, statuses::wrong_naming);
    }
    constexpr std::array kinds{card::card_kind::iccid, card::card_kind::imsi, card::card_kind::msisdn};
    std::size_t kinds_given = 0;
    std::string_view cards;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (!known[first_kind + i].second) continue;
        ++kinds_given;
        cards = *known[first_kind + i].second;
        result.kind = kinds[i];
    }
    if (kinds_given != 1 || cards.empty()) breach(result, statuses::wrong_naming);
    return {known[0].second.value_or(""), known[1].second.value_or(""), known[2].second.value_or(""),
            known[3].second.value_or(""), cards};
}

check_result request_check::check(const parameters& given) {
    check_result result;
    cards_.clear();
    const auto named = sort_by_name(given, result);
    result.draw_key = draw_key_of(given);
    check_account(named, result);
    check_cards(named.cards, result);
    return result;
}

void request_check::check_account(const named_parameters& named, check_result& result) {
    const bool has_transid = !named.transid.empty();
    if (has_transid && !is_well_formed_transid(named.transid, named.appid)) {
        breach(result, statuses::wrong_parameter);
    }
    if (!named.appid.empty() && named.appid != customer_.appid) refuse(result, statuses::wrong_application);
    if (!named.ebid.empty() && named.ebid != customer_.ebid) refuse(result, statuses::not_subscribed);
    if (!token_.matches(named.transid, named.token)) {
        result.has_bad_token = true;
        refuse(result, statuses::wrong_token);
    }
    if (!named.token.empty() && !token_check::is_well_formed(named.token)) {
        breach(result, statuses::wrong_token);
    }
    // A request that is refused has used its transid up all the same: it is new for each attempt.
    if (has_transid && !seen_.insert(named.transid)) {
        result.has_repeated_transid = true;
        breach(result, statuses::wrong_parameter);
    }
}

void request_check::check_cards(std::string_view joined, check_result& result) {
    if (joined.empty()) return;
    std::uint64_t malformed = 0;
    for (bool is_last = false; !is_last;) {
        const auto end = joined.find('_');
        is_last = end == std::string_view::npos;
        const auto value = joined.substr(0, end);
        if (!is_well_formed(result.kind, value)) ++malformed;
        cards_.push_back(value);
        if (!is_last) joined.remove_prefix(end + 1);
    }
    if (cards_.size() > most_cards) breach(result, statuses::too_many_cards);
    const auto wrong = malformed + count_repeated();
    if (wrong == 0) return;
    breach(result, statuses::wrong_parameter);
    result.violations += wrong - 1;
}

std::uint64_t request_check::count_repeated() const {
    // A table of four places for each card: nearly every look-up ends at its first place.
    constexpr std::size_t places = 512;
    if (cards_.size() > most_cards) return 0;  // it is refused anyway, and the table holds no more
    std::array<std::uint8_t, places> table{};  // 1 + the place in `cards_`; 0: free
    std::uint64_t repeated = 0;
    for (std::size_t i = 0; i < cards_.size(); ++i) {
        auto place = std::hash<std::string_view>{}(cards_[i]) % places;
        while (table[place] != 0 && cards_[table[place] - 1U] != cards_[i]) {
            place = (place + 1) % places;
        }
        if (table[place] != 0) ++repeated;
        table[place] = static_cast<std::uint8_t>(i + 1);
    }
    return repeated;
}

}  // namespace cardresolver::simulator
