#include "carrier/base_url.hpp"

#include <gtest/gtest.h>

namespace cardresolver::carrier {
namespace {

struct good_url {
    const char* text;
    bool tls;
    const char* host;
    int port;
    const char* prefix;
    const char* host_field;
};

class base_url_good : public testing::TestWithParam<good_url> {};

TEST_P(base_url_good, is_taken_apart) {
    const auto& expected = GetParam();
    std::string error;
    const auto url = parse_base_url(expected.text, error);
    ASSERT_TRUE(url) << error;
    EXPECT_EQ(url->tls, expected.tls);
    EXPECT_EQ(url->host, expected.host);
    EXPECT_EQ(url->port, expected.port);
    EXPECT_EQ(url->path_prefix, expected.prefix);
    EXPECT_EQ(url->host_field(), expected.host_field);
}

INSTANTIATE_TEST_SUITE_P(
    table, base_url_good,
    testing::Values(good_url{"https://api.iot.10086.cn", true, "api.iot.10086.cn", 443, "",
                             "api.iot.10086.cn"},
                    good_url{"HTTPS://API.example/", true, "api.example", 443, "", "api.example"},
                    good_url{"https://h:8443/a/b/", true, "h", 8443, "/a/b", "h:8443"},
                    good_url{"http://127.0.0.1", false, "127.0.0.1", 80, "", "127.0.0.1"},
                    good_url{"http://127.0.0.1:443", false, "127.0.0.1", 443, "", "127.0.0.1:443"},
                    good_url{"https://[::1]:9/x", true, "::1", 9, "/x", "[::1]:9"},
                    good_url{"https://[::1]", true, "::1", 443, "", "[::1]"}));

class base_url_bad : public testing::TestWithParam<const char*> {};

TEST_P(base_url_bad, is_refused_with_a_reason) {
    std::string error;
    EXPECT_FALSE(parse_base_url(GetParam(), error));
    EXPECT_FALSE(error.empty());
}

INSTANTIATE_TEST_SUITE_P(table, base_url_bad,
                         testing::Values("", "api.iot.10086.cn", "ftp://h", "https://", "https:///x",
                                         "https://h:0", "https://h:65536", "https://h:", "https://h:8x",
                                         "https://user:secret@h", "https://h/?a=b", "https://h/#f",
                                         "https://h/a b", "https://h/a\r\nX: y", "https://[::1",
                                         "https://[::1]8", "https://h h", "https://[zz]"));

}  // namespace
}  // namespace cardresolver::carrier
