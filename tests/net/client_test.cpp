#include "net/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace cardresolver::net {
namespace {

using ::testing::HasSubstr;

std::string refusal(const client_settings& settings) {
    asio::io_context context;
    try {
        const client made(context, settings);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(client, starts_with_the_trust_of_the_system) {
    client_settings settings;
    settings.host = "api.example";
    EXPECT_EQ(refusal(settings), "");
}

TEST(client, says_which_ca_file_it_cannot_use) {
    client_settings settings;
    settings.ca_file = "/nowhere/ca.pem";
    EXPECT_THAT(refusal(settings), HasSubstr("/nowhere/ca.pem: No such file"));
    settings.ca_file = "/";
    EXPECT_THAT(refusal(settings), HasSubstr("cannot read the CA file /: Is a directory"));
    settings.ca_file = "/dev/null";
    EXPECT_THAT(refusal(settings), HasSubstr("/dev/null"));
    settings.ca_file = "/proc/self/status";
    EXPECT_THAT(refusal(settings), HasSubstr("holds no certificate"));
}

TEST(client, refuses_a_broken_certificate) {
    client_settings settings;
    settings.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    EXPECT_THAT(refusal(settings), HasSubstr("certificate 1 cannot be read"));
    settings.ca_pem = "no certificate";
    EXPECT_THAT(refusal(settings), HasSubstr("holds no certificate"));
}

TEST(client, refuses_a_local_address_that_is_none) {
    client_settings settings;
    settings.local_address = "eth0";
    EXPECT_THAT(refusal(settings), HasSubstr("eth0"));
    settings.local_address = "192.0.2.1";
    EXPECT_THAT(refusal(settings), HasSubstr("192.0.2.1 cannot be used on this machine"));
}

}  // namespace
}  // namespace cardresolver::net
