#include "simulator/http_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::simulator {
namespace {

TEST(http_request, is_read_with_its_path_and_query) {
    const std::string text = "GET /a/v2?x=1&y=2?3 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\nGET /next";
    const auto parsed = parse_request(text);
    ASSERT_EQ(parsed.state, parse_state::complete);
    EXPECT_EQ(parsed.request.method, "GET");
    EXPECT_EQ(parsed.request.path, "/a/v2");
    EXPECT_EQ(parsed.request.query, "x=1&y=2?3");
    EXPECT_TRUE(parsed.request.keep_alive);
    EXPECT_EQ(text.substr(parsed.consumed), "GET /next");
}

TEST(http_request, is_incomplete_at_every_byte_but_the_last) {
    const std::string text =
        "POST /p HTTP/1.1\r\nhost: h\r\nContent-type: Application/X-WWW-form-urlencoded; charset=utf-8\r\n"
        "Content-Length: 3\r\n\r\na=1";
    for (std::size_t size = 0; size < text.size(); ++size) {
        ASSERT_EQ(parse_request(text.substr(0, size)).state, parse_state::incomplete) << size;
    }
    const auto parsed = parse_request(text);
    ASSERT_EQ(parsed.state, parse_state::complete);
    EXPECT_EQ(parsed.consumed, text.size());
    EXPECT_EQ(parsed.request.body, "a=1");
    EXPECT_TRUE(parsed.request.has_form);
}

TEST(http_request, says_whether_the_connection_goes_on) {
    const auto keeps = [](const std::string& rest) {
        const auto text = "GET / HTTP/" + rest + "\r\n\r\n";
        const auto parsed = parse_request(text);
        EXPECT_EQ(parsed.state, parse_state::complete) << rest;
        return parsed.request.keep_alive;
    };
    EXPECT_TRUE(keeps("1.1\r\nHost: h"));
    EXPECT_FALSE(keeps("1.1\r\nHost: h\r\nConnection: Close"));
    EXPECT_FALSE(keeps("1.1\r\nHost: h\r\nConnection: te, close"));
    EXPECT_FALSE(keeps("1.0"));
    EXPECT_TRUE(keeps("1.0\r\nconnection: keep-alive"));
}

TEST(http_request, waits_for_its_body_when_the_client_does) {
    const std::string text =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    const auto waiting = parse_request(text);
    EXPECT_EQ(waiting.state, parse_state::incomplete);
    EXPECT_TRUE(waiting.expects_continue);
    const auto whole = text + "12345";
    EXPECT_EQ(parse_request(whole).state, parse_state::complete);
}

TEST(http_request, loses_scheme_and_authority_of_an_absolute_target) {
    EXPECT_EQ(parse_request("GET http://h:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n").request.path, "/p");
    EXPECT_EQ(parse_request("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").request.path, "/");
}

TEST(http_request, is_refused_when_it_is_odd) {
    const std::string long_value(head_limit, 'a');
    const std::string host = "Host: h\r\n";
    const std::string cases[] = {
        "\x16\x03\x01",
        " GET / HTTP/1.1\r\n" + host + "\r\n",
        "\r\nGET / HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/2.0\r\n" + host + "\r\n",
        "GET /\r\n" + host + "\r\n",
        "GET / x HTTP/1.1\r\n" + host + "\r\n",
        "GET nowhere HTTP/1.1\r\n" + host + "\r\n",
        "GET /#a HTTP/1.1\r\n" + host + "\r\n",
        "GET /\t HTTP/1.1\r\n" + host + "\r\n",
        "GET /\xE6 HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + host + "\r\n",
        "GET / HTTP/1.1\r\n" + host + "No colon\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "Name : x\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "A: 1\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "A: 1\nB: 2\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "A: 1\rB: 2\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + std::string("A: \0\r\n\r\n", 8),
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\nx",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 1x\r\n\r\nx",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: \r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "A: " + long_value,
        "GET / HTTP/1.1\r\n" + host + "A: " + long_value + "\r\n\r\n",
    };
    for (const auto& text : cases) {
        EXPECT_EQ(parse_request(text).state, parse_state::malformed) << text.substr(0, 80);
    }
}

}  // namespace
}  // namespace cardresolver::simulator
