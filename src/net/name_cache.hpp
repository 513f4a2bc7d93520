// Addresses of names, for a minute. The system's resolver blocks a hidden thread, for as long as a name
// server is silent; nobody here ever waits longer than his own deadline for it.
#pragma once

#include "net/async.hpp"
#include "net/name_lookup.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cardresolver::net {

/// A timer that never fires by itself: cancelling it wakes whoever waits.
using wake_timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                              asio::wait_traits<std::chrono::steady_clock>, executor>;

/// Event-loop thread only. An answer that comes after its end is dropped.
class name_cache {
public:
    using clock = std::chrono::steady_clock;

    /// How long an answer is used; `getaddrinfo` does not tell the record's own time to live.
    static constexpr std::chrono::seconds time_to_live{60};

    /// What is known of one name. Errors are told to those who wait, and not kept.
    struct entry {
        bool asking = false;
        clock::time_point expires{};
        boost::system::error_code error;
        std::vector<asio::ip::address> addresses;  ///< the one that last worked first
        std::vector<wake_timer*> waiting;          ///< each once, by who awaits it
    };

    name_cache(const executor& loop, name_lookup lookup);
    ~name_cache();
    name_cache(const name_cache&) = delete;
    name_cache& operator=(const name_cache&) = delete;

    /// The entry of `host`, with fresh addresses or with a question under way, at most one for each name.
    /// To wait for it: put a timer into `waiting`, await it, take it out; and look again.
    std::shared_ptr<entry> find(const std::string& host, clock::time_point now);

    /// This address answered: it is the first to try next time.
    void prefer(const std::string& host, const asio::ip::address& address);

    /// None of the addresses can be reached: whoever needs one next asks again.
    void forget(const std::string& host);

private:
    void ask(const std::string& host, const std::shared_ptr<entry>& found);

    std::map<std::string, std::shared_ptr<entry>, std::less<>> entries_;
    name_lookup lookup_;
};

}  // namespace cardresolver::net
