// One signed request, to see how far it comes.
#pragma once

#include "card/failure.hpp"
#include "card/number.hpp"
#include "carrier/account.hpp"
#include "carrier/base_url.hpp"
#include "carrier/request.hpp"
#include "carrier/transid.hpp"
#include "net/client_settings.hpp"
#include "net/event_loop_fwd.hpp"
#include "net/peer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::run {

struct probe_settings {
    carrier::base_url url;
    carrier::account account;
    carrier::request_method method = carrier::request_method::get;
    std::string user_agent = "cardresolver";
    net::client_settings client;  ///< `host`, `port` and `tls` are taken from `url`
    card::card_number number;     ///< what is asked
    /// Called once, right before the request goes out: what it is signed with; nothing: it must not go out.
    std::function<std::optional<carrier::transid>()> take_permit;
};

/// What the carrier said about the one card.
struct probe_answer {
    std::string status;  ///< of the whole reply
    std::string message;
    std::string item_status;  ///< of the card; empty: the reply says nothing of it
    std::string item_message;
};

struct probe_reply {
    unsigned http_status = 0;
    std::string date;                    ///< field value; empty: absent
    std::optional<probe_answer> answer;  ///< none: HTTP status other than 200, or not the carrier's JSON
};

/// As far as it came: `failure` says where it ended, if not with a reply.
struct probe_result {
    std::vector<std::string> addresses;  ///< of the name that was looked up; empty: none was, or none found
    net::peer_facts peer;
    std::optional<card::failure> failure;
    bool has_no_permit = false;  ///< the connection was good, and nothing was sent over it
    std::optional<probe_reply> reply;
    std::chrono::system_clock::time_point sent_at{};  ///< meaningful with a reply
    std::chrono::steady_clock::duration elapsed{};    ///< likewise
};

/// Opens one connection and sends one request over it; never a second one, whatever comes back. Runs
/// `context` until then. The context must not be destroyed before the process ends: a name look-up may
/// hang in it. Throws `std::runtime_error` where a file of the client's settings is unusable.
probe_result probe_carrier(net::asio::io_context& context, const probe_settings& settings);

}  // namespace cardresolver::run
