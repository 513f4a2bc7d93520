// Every server of tls_cases.hpp at once, each on a port of its own behind a proxy's greeting, so that a
// client may take any name to lead there.
//
//   bad_tls_server FOLDER
//
// For each server a line `good|bad NAME HOST PORT CA_FILE REASON` on standard output, then an empty one. At
// the end of standard input a line `NAME CONNECTIONS HANDSHAKES REQUEST_BYTES` for each, and the end.
#include "net/tls_cases.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <fstream>
#include <iostream>
#include <list>
#include <unistd.h>

namespace cardresolver::net::testing {
namespace {

class stage {
public:
    stage(asio::io_context& context, const tls_case& test, const identity& root)
        : test_(test),
          shown_(root),
          server_(context, [this](peer& client) -> task<void> { return async_serve(client); }) {
        test_.prepare(shown_);
        if (test_.raw.empty()) tls_ = make_server_context(shown_.tls);
    }

    void announce(const char* verdict, const identity& root, const std::string& folder) const {
        const auto path = folder + "/" + test_.name + ".pem";
        std::ofstream(path) << (shown_.ca_pem.empty() ? root.certificate_pem() : shown_.ca_pem);
        std::cout << verdict << ' ' << test_.name << ' ' << test_.host << ' ' << server_.port() << ' ' << path
                  << ' ' << test_.detail << '\n';
    }

    void report() const {
        std::cout << test_.name << ' ' << server_.accepted << ' ' << handshakes_ << ' ' << request_bytes_
                  << '\n';
    }

private:
    task<void> async_serve(peer& client) {
        co_await client.async_read_request();  // CONNECT
        co_await client.async_write("HTTP/1.1 200 Connected\r\n\r\n");
        if (tls_) {
            const bool good = co_await client.async_shake_hands(*tls_);
            if (!good) co_return;
            ++handshakes_;
        } else {
            co_await client.async_read_some();
            co_await client.async_write(test_.raw);
        }
        client.unread.clear();
        const auto request = co_await client.async_read_request();
        if (tls_) request_bytes_ += request.size();
        if (request.empty() || !tls_) co_return;
        co_await client.async_write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    }

    const tls_case& test_;
    presentation shown_;
    std::shared_ptr<asio::ssl::context> tls_;
    test_server server_;
    std::size_t handshakes_ = 0;
    std::size_t request_bytes_ = 0;
};

void serve(const std::string& folder) {
    asio::io_context context{1};
    const identity root(certificate_plan::authority("test root"));
    std::list<stage> stages;
    for (const auto& tests : {bad_certificates(), bad_protocols(), bad_peers(), good_servers()}) {
        const char* const verdict = tests.data() == good_servers().data() ? "good" : "bad";
        for (const auto& test : tests)
            stages.emplace_back(context, test, root).announce(verdict, root, folder);
    }
    std::cout << std::endl;
    asio::posix::stream_descriptor input(context, ::dup(STDIN_FILENO));
    char unused = 0;
    input.async_read_some(asio::buffer(&unused, 1),
                          [&](boost::system::error_code, std::size_t) { context.stop(); });
    context.run();
    for (const auto& one : stages)
        one.report();
}

}  // namespace
}  // namespace cardresolver::net::testing

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    cardresolver::net::testing::serve(argv[1]);
    std::cout << std::flush;
    _exit(0);  // connections may be open: their coroutines need no end
}
