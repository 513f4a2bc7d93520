#include "run/carrier_probe.hpp"

#include "carrier/reply_decoder.hpp"
#include "net/connection.hpp"
#include "net/system_lookup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>

#include <exception>
#include <memory>
#include <span>

namespace cardresolver::run {
namespace {

constexpr unsigned http_ok = 200;

/// The result that the event loop fills in. A look-up that hangs may come back after everybody has gone.
using shared_result = std::shared_ptr<probe_result>;

net::client_settings complete(const probe_settings& settings, const net::executor& loop,
                              const shared_result& result) {
    auto client = settings.client;
    client.host = settings.url.host;
    client.port = settings.url.port;
    client.tls = settings.url.tls;
    client.lookup = [look_up = net::system_lookup(loop), result](const std::string& host,
                                                                 net::lookup_handler handler) {
        look_up(host, [handler = std::move(handler), result](const auto& ec, auto addresses) {
            for (const auto& address : addresses)
                result->addresses.push_back(address.to_string());
            handler(ec, std::move(addresses));
        });
    };
    return client;
}

std::string make_request(const probe_settings& settings, const carrier::transid& transid) {
    const carrier::request_encoder encoder(settings.url, settings.account, settings.method,
                                           settings.user_agent);
    std::string request;
    encoder.encode(request, transid, settings.number.kind(), std::span(&settings.number, 1));
    return request;
}

std::optional<probe_answer> decode(const net::http_reply& reply) {
    const bool is_readable = reply.content_encoding.empty() || reply.content_encoding == "identity";
    if (reply.status != http_ok || !is_readable) return std::nullopt;
    carrier::reply_decoder decoder;
    const auto* decoded = decoder.decode(reply.body);
    if (decoded == nullptr) return std::nullopt;
    probe_answer answer{std::string(decoded->status), std::string(decoded->message), {}, {}};
    if (!decoded->items.empty()) {
        answer.item_status = decoded->items.front().status;
        answer.item_message = decoded->items.front().message;
    }
    return answer;
}

net::task<void> async_probe(net::connection& connection, const probe_settings& settings,
                            probe_result& result) {
    result.failure = co_await connection.async_open();
    result.peer = connection.peer();
    if (result.failure) co_return;
    const auto transid = settings.take_permit();
    result.has_no_permit = !transid;
    if (!transid) co_return;
    const auto request = make_request(settings, *transid);
    result.sent_at = std::chrono::system_clock::now();
    const auto exchanged = co_await connection.async_exchange(request);
    result.elapsed = exchanged.elapsed;
    result.failure = exchanged.failed;
    if (result.failure) co_return;
    const auto& reply = exchanged.reply;
    result.reply.emplace();
    result.reply->http_status = reply.status;
    result.reply->date = reply.date;
    result.reply->answer = decode(reply);
}

}  // namespace

probe_result probe_carrier(net::asio::io_context& context, const probe_settings& settings) {
    const auto result = std::make_shared<probe_result>();
    const auto loop = context.get_executor();
    net::client client(context, complete(settings, loop, result));
    net::connection connection(client);
    std::exception_ptr escaped;
    auto probing = async_probe(connection, settings, *result);
    net::asio::co_spawn(loop, std::move(probing), [&](std::exception_ptr error) {
        escaped = error;
        context.stop();  // a look-up that hangs is not waited for
    });
    context.run();
    if (escaped) std::rethrow_exception(escaped);
    return *result;
}

}  // namespace cardresolver::run
