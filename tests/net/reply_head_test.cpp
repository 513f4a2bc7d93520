// Heads, byte by byte: what is looked at several bytes at a time is refused wherever it stands.
#include "net/reply_head.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace cardresolver::net::testing {
namespace {

std::string problem_of(const std::string& lines) {
    reply_head head;
    return std::string(read_head(lines + "\r\n\r\n", head).value_or(""));
}

/// Calls `check` with each text that `usual` turns into by one byte in place of another, and with that byte.
template <class Check>
void with_each_byte(const std::string& usual, Check check) {
    for (std::size_t at = 0; at < usual.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            auto text = usual;
            text[at] = static_cast<char>(byte);
            check(text, byte);
        }
    }
}

/// Of the control characters a tab alone is none here; what is not ASCII is nobody's business.
bool may_stand_in_a_value(int byte) {
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

TEST(reply_head, refuses_a_control_character_anywhere_in_a_value) {
    const std::string digits = "12345678901234567890123";
    for (std::size_t size = 1; size <= digits.size(); ++size) {
        with_each_byte(digits.substr(0, size), [](const std::string& value, int byte) {
            EXPECT_EQ(problem_of("HTTP/1.1 200 OK\r\nX-Any: " + value) == "", may_stand_in_a_value(byte))
                << value.size() << " bytes with " << byte;
        });
    }
}

TEST(reply_head, refuses_a_control_character_anywhere_in_a_reason) {
    with_each_byte("In Order, As Usual", [](const std::string& reason, int byte) {
        EXPECT_EQ(problem_of("HTTP/1.1 200 " + reason) == "", may_stand_in_a_value(byte)) << byte;
    });
}

TEST(reply_head, refuses_all_but_token_characters_in_a_name) {
    const std::string allowed = "!#$%&'*+-.^_`|~";
    with_each_byte("X-Longer-Name", [&](const std::string& name, int byte) {
        const auto character = static_cast<char>(byte);
        if (character == ':' && name.front() != ':') return;  // the name ends there
        const bool is_allowed =
            byte < 0x80 && (std::isalnum(byte) != 0 || allowed.find(character) != std::string::npos);
        EXPECT_EQ(problem_of("HTTP/1.1 200 OK\r\n" + name + ": 1") == "", is_allowed && byte != 0) << byte;
    });
}

TEST(reply_head, says_what_a_line_without_a_name_lacks) {
    const std::string before = "HTTP/1.1 200 OK\r\n";
    EXPECT_EQ(problem_of(before + "No colon here"), "a header line without a colon");
    EXPECT_EQ(problem_of(before + "No-colon-here"), "a header line without a colon");
    EXPECT_EQ(problem_of(before + "Blank : 1"), "a field name with forbidden characters");
    EXPECT_EQ(problem_of(before + ": 1"), "a field name with forbidden characters");
    EXPECT_EQ(problem_of(before + " folded: 1"), "a folded header line");
    EXPECT_EQ(problem_of(before + "\tfolded: 1"), "a folded header line");
}

}  // namespace
}  // namespace cardresolver::net::testing
