#include "simulator/listen_address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace cardresolver::simulator {
namespace {

TEST(listen_address, is_a_host_and_a_port) {
    EXPECT_EQ(parse_listen_address("127.0.0.1:8443").host, "127.0.0.1");
    EXPECT_EQ(parse_listen_address("127.0.0.1:8443").port, "8443");
    EXPECT_EQ(parse_listen_address("localhost:0").host, "localhost");
    EXPECT_EQ(parse_listen_address("[::1]:65535").host, "::1");
}

TEST(listen_address, is_loopback_where_only_a_port_is_given) {
    EXPECT_EQ(parse_listen_address(":0").host, "127.0.0.1");
}

TEST(listen_address, is_refused_when_it_is_none) {
    for (const std::string text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                                   "127.0.0.1:-1", "::1:0", "[::1]"}) {
        EXPECT_THROW(parse_listen_address(text), std::runtime_error) << text;
    }
}

TEST(listen_address, becomes_a_url) {
    EXPECT_EQ(make_url("https", "127.0.0.1", 8443), "https://127.0.0.1:8443");
    EXPECT_EQ(make_url("http", "::1", 80), "http://[::1]:80");
}

}  // namespace
}  // namespace cardresolver::simulator
