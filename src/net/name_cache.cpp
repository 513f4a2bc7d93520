#include "net/name_cache.hpp"

#include "net/system_lookup.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <utility>

namespace cardresolver::net {
namespace {

using resolver = asio::ip::basic_resolver<asio::ip::tcp, executor>;

}  // namespace

name_lookup system_lookup(const executor& loop) {
    return [asking = std::make_shared<resolver>(loop)](const std::string& host, lookup_handler handler) {
        asking->async_resolve(host, "",
                              [handler = std::move(handler)](const boost::system::error_code& ec,
                                                             const resolver::results_type& results) {
                                  std::vector<asio::ip::address> addresses;
                                  for (const auto& result : results) {
                                      addresses.push_back(result.endpoint().address());
                                  }
                                  handler(ec, std::move(addresses));
                              });
    };
}

name_cache::name_cache(const executor& loop, name_lookup lookup)
    : lookup_(lookup ? std::move(lookup) : system_lookup(loop)) {}

name_cache::~name_cache() = default;

std::shared_ptr<name_cache::entry> name_cache::find(const std::string& host, clock::time_point now) {
    auto& found = entries_[host];
    if (!found) found = std::make_shared<entry>();
    const bool fresh = !found->addresses.empty() && now < found->expires;
    if (!fresh && !found->asking) ask(host, found);
    return found;
}

void name_cache::ask(const std::string& host, const std::shared_ptr<entry>& found) {
    found->asking = true;
    found->error.clear();
    found->addresses.clear();
    // Weak: the answer may come after the cache has gone.
    lookup_(host, [weak = std::weak_ptr<entry>(found)](const boost::system::error_code& ec,
                                                       std::vector<asio::ip::address> addresses) {
        const auto answered = weak.lock();
        if (!answered) return;
        answered->asking = false;
        answered->error = ec;
        if (!ec && addresses.empty()) answered->error = asio::error::host_not_found;
        answered->addresses = std::move(addresses);
        answered->expires = clock::now() + time_to_live;
        for (auto* const waiter : std::exchange(answered->waiting, {}))
            waiter->cancel();
    });
}

void name_cache::prefer(const std::string& host, const asio::ip::address& address) {
    const auto found = entries_.find(host);
    if (found == entries_.end()) return;
    auto& addresses = found->second->addresses;
    const auto place = std::find(addresses.begin(), addresses.end(), address);
    if (place != addresses.end()) std::rotate(addresses.begin(), place, place + 1);
}

void name_cache::forget(const std::string& host) {
    const auto found = entries_.find(host);
    if (found != entries_.end()) found->second->expires = {};
}

}  // namespace cardresolver::net
