#include "app/curl_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace cardresolver::app {
namespace {

using carrier::request_method;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const carrier::account account{"100001", "2300000000000001", carrier::secret("simulator")};
const carrier::transid transid("1000012026013102000000000001");

std::string line_for(request_method method, const std::string& url = "https://carrier.example/prefix") {
    command_options options;
    std::string error;
    options.base_url = carrier::parse_base_url(url, error);
    options.method = method;
    const std::vector<card::card_number> numbers{{card::card_kind::imsi, "460001234567890"}};
    return format_curl_line({options, account, transid, numbers});
}

TEST(curl_line, asks_by_every_method) {
    const auto get = line_for(request_method::get);
    EXPECT_THAT(get, StartsWith("curl "));
    EXPECT_THAT(get, HasSubstr(" 'https://carrier.example/prefix/v2/batchquerycardinfo?"));
    EXPECT_THAT(get, HasSubstr("transid=1000012026013102000000000001"));
    EXPECT_THAT(get, HasSubstr("imsis=460001234567890"));
    EXPECT_THAT(get, Not(HasSubstr("--data")));
    EXPECT_THAT(line_for(request_method::post_query), HasSubstr("--request POST --data '' 'https://"));
    const auto form = line_for(request_method::post_form);
    EXPECT_THAT(form, HasSubstr("--data 'appid=100001&"));
    EXPECT_THAT(form, Not(HasSubstr("?")));
}

TEST(curl_line, has_no_password) {
    for (const auto method : {request_method::get, request_method::post_query, request_method::post_form}) {
        EXPECT_THAT(line_for(method), Not(HasSubstr("simulator")));
    }
}

TEST(curl_line, takes_numbers_of_one_kind) {
    command_options options;
    std::string error;
    options.curl = {"460001234567890", "460001234567891"};
    EXPECT_EQ(read_curl_numbers(options, error)->size(), 2U);
    options.curl = {"460001234567890", "13800000001"};
    EXPECT_FALSE(read_curl_numbers(options, error));
    EXPECT_THAT(error, HasSubstr("one kind"));
    options.curl = {"nonsense"};
    EXPECT_FALSE(read_curl_numbers(options, error));
    EXPECT_THAT(error, HasSubstr("'nonsense'"));
}

std::string shell_prints(const std::string& word) {
    const auto command = "printf %s " + word;
    std::string out;
    FILE* shell = ::popen(command.c_str(), "r");
    std::array<char, 256> buffer{};
    for (std::size_t got = 1; shell != nullptr && got > 0;) {
        got = std::fread(buffer.data(), 1, buffer.size(), shell);
        out.append(buffer.data(), got);
    }
    if (shell != nullptr) ::pclose(shell);
    return out;
}

TEST(shell_word, comes_through_a_shell_unchanged) {
    for (const std::string text : {"", "plain", "it's", "a b", "$HOME `id` \\ \" ; & | * ?", "''"}) {
        EXPECT_EQ(shell_prints(quote_for_shell(text)), text);
    }
}

}  // namespace
}  // namespace cardresolver::app
