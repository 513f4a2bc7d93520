// Holds a request against the carrier's document.
//
// Every rule is looked at, so that one request can show several breaches; the first rule broken, in this
// order, decides the answer:
//
//   13  a parameter unknown, repeated, absent or empty; none or several of iccids, imsis, msisdns; a broken
//       percent escape
//   10  the transid is not appid + YYYYMMDDHHMISS + 8 digits, or longer than 48 characters
//    4  the appid is not ours
//    3  the ebid is not ours
//    7  the token is not that of appid, password and transid
//   10  the transid was seen before
//   18  more than 100 values
//   10  a value is malformed, or stands in the request twice
//
// Codes 3, 4 and 7 are no breaches of the protocol: the user's settings are wrong. A token that is not 64
// lower-case hexadecimal digits is one.
#pragma once

#include "card/kind.hpp"
#include "simulator/parameters.hpp"
#include "simulator/status_codes.hpp"
#include "simulator/token_check.hpp"
#include "simulator/transid_set.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// The customer that the simulator knows.
struct account {
    std::string appid;
    std::string ebid;
    std::string password;
};

/// What a request is, and what is wrong with it. Views are those of the parameters.
struct check_result {
    carrier_status status = statuses::answered;  ///< other than 0: refuse with it
    card::card_kind kind = card::card_kind::iccid;
    std::string_view draw_key;     ///< what faults are drawn by: the transid's last 8 digits
    std::uint64_t violations = 0;  ///< breaches of the document
    bool has_bad_token = false;
    bool has_repeated_transid = false;
};

/// Whether `transid` is `appid` + a date and time of the calendar + 8 digits, 48 characters at most.
bool is_well_formed_transid(std::string_view transid, std::string_view appid) noexcept;

/// The last 8 characters of the transid among `given`, as a key for draws; empty: there is no transid.
std::string_view draw_key_of(const parameters& given) noexcept;

/// Remembers the transids that it saw. One thread at a time.
class request_check {
public:
    explicit request_check(account customer);

    /// Looks at one request. The cards are then in `cards`, as they stand in it, until the next call.
    check_result check(const parameters& given);

    std::span<const std::string_view> cards() const noexcept { return cards_; }

private:
    struct named_parameters;

    static named_parameters sort_by_name(const parameters& given, check_result& result);
    void check_account(const named_parameters& named, check_result& result);
    void check_cards(std::string_view joined, check_result& result);
    std::uint64_t count_repeated() const;

    account customer_;
    token_check token_;
    transid_set seen_;
    std::vector<std::string_view> cards_;
};

}  // namespace cardresolver::simulator
