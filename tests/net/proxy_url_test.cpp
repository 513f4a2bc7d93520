#include "net/client.hpp"

#include <gtest/gtest.h>

namespace cardresolver::net {
namespace {

TEST(proxy_url, reads_host_and_port) {
    std::string error;
    const auto proxy = parse_proxy_url("http://proxy.example:8080", error);
    ASSERT_TRUE(proxy) << error;
    EXPECT_EQ(proxy->host, "proxy.example");
    EXPECT_EQ(proxy->port, 8080);
    EXPECT_EQ(proxy->authorization, "");
}

TEST(proxy_url, knows_the_usual_port) {
    std::string error;
    EXPECT_EQ(parse_proxy_url("http://proxy.example/", error)->port, 3128);
}

TEST(proxy_url, reads_an_address_in_brackets) {
    std::string error;
    const auto proxy = parse_proxy_url("http://[2001:db8::1]:80", error);
    ASSERT_TRUE(proxy) << error;
    EXPECT_EQ(proxy->host, "2001:db8::1");
    EXPECT_EQ(proxy->port, 80);
}

// The example of RFC 7617 section 2.
TEST(proxy_url, encodes_credentials) {
    std::string error;
    EXPECT_EQ(parse_proxy_url("http://Aladdin:open%20sesame@p", error)->authorization,
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(parse_proxy_url("http://u@p", error)->authorization, "Basic dTo=");
    EXPECT_EQ(parse_proxy_url("http://u:a%3Ab%40c@p", error)->authorization, "Basic dTphOmJAYw==");
}

TEST(proxy_url, refuses_anything_else_without_repeating_it) {
    for (const auto* const url : {"",
                                  "proxy:3128",
                                  "https://proxy",
                                  "socks5://proxy",
                                  "http://",
                                  "http://:80",
                                  "http://p:0",
                                  "http://p:65536",
                                  "http://p:",
                                  "http://p:8o",
                                  "http://p/path",
                                  "http://p?q",
                                  "http://p#f",
                                  "http://[::1",
                                  "http://[::1]x",
                                  "http://[]",
                                  "http://p q",
                                  "http://p\r\nX: y",
                                  "http://secret%@p",
                                  "http://secret%zz:x@p",
                                  "http://secret%4:x@p",
                                  "http://:secret@p",
                                  "http://secret%0d%0a:x@p",
                                  "http://u:secret%00@p",
                                  "http://secret%3a:x@p"}) {
        std::string error;
        EXPECT_FALSE(parse_proxy_url(url, error)) << url;
        EXPECT_FALSE(error.empty()) << url;
        EXPECT_EQ(error.find("secret"), std::string::npos) << error;
    }
}

}  // namespace
}  // namespace cardresolver::net
