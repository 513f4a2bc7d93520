#include "database/postgres_error.hpp"

#include <gtest/gtest.h>

namespace cardresolver::database {
namespace {

using trouble = postgres_trouble;

TEST(postgres_error_test, DB4_DB5_what_passes_is_told_from_what_does_not) {
    for (const auto* state : {"40001", "40P01", "55P03", "57014", "53100", "53300", "25006", "58030"})
        EXPECT_EQ(classify_sqlstate(state), trouble::passing) << state;
    for (const auto* state : {"08006", "57P01", "57P02", "57P03", "25P03"})
        EXPECT_EQ(classify_sqlstate(state), trouble::lost) << state;
    for (const auto* state : {"42P01", "42501", "23505", "28P01", "3D000", "22021", "XX000"})
        EXPECT_EQ(classify_sqlstate(state), trouble::refused) << state;
}

TEST(postgres_error_test, a_connection_that_is_refused_says_why_in_its_text) {
    const auto complaint = parse_connection_complaint(
        "connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  28P01: password authentication "
        "failed\n"
        "LOCATION:  auth_failed, auth.c:326\n");
    EXPECT_EQ(complaint.sqlstate, "28P01");
    EXPECT_EQ(
        complaint.text,
        "connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL: password authentication failed");
    EXPECT_EQ(classify_complaint(complaint, false), trouble::refused);
    const auto none =
        parse_connection_complaint("connection to server failed: Connection refused\n\tIs it running?\n");
    EXPECT_EQ(none.sqlstate, "");
    EXPECT_EQ(none.text, "connection to server failed: Connection refused; Is it running?");
    EXPECT_EQ(classify_complaint(none, false), trouble::lost);
    EXPECT_EQ(classify_complaint(none, true), trouble::refused);
}

TEST(postgres_error_test, DB6_what_libpq_itself_refuses_is_not_waited_for) {
    for (const auto* words :
         {"invalid sslmode value: \"x\"\n", "invalid target_session_attrs value: \"x\"\n",
          "invalid port number: \"99999\"\n",
          "invalid integer value \"x\" for connection option \"keepalives\"\n",
          "could not match 2 port numbers to 3 hosts\n",
          "could not match 2 host names to 1 hostaddr values\n", "definition of service \"x\" not found\n",
          "service file \"/x\" not found\n", "syntax error in service file \"/x\", line 1\n",
          "invalid SSL protocol version range\n",
          "connection to server at \"db\" (10.0.0.1), port 5432 failed: could not open certificate file "
          "\"/x\": Permission denied\n",
          "connection to server at \"db\" (10.0.0.1), port 5432 failed: private key file \"/x\" has group or "
          "world access\n"})
        EXPECT_EQ(classify_complaint(parse_connection_complaint(words), false), trouble::refused) << words;
    for (const auto* words :
         {"connection to server at \"db\" (10.0.0.1), port 5432 failed: server closed the connection "
          "unexpectedly\n",
          "connection to server at \"db\" failed: received invalid response to SSL negotiation: x\n",
          "invalid", "invalid "})
        EXPECT_EQ(classify_complaint(parse_connection_complaint(words), false), trouble::lost) << words;
}

TEST(postgres_error_test, DB7_the_context_of_a_copy_names_a_line) {
    EXPECT_EQ(parse_copy_line("COPY cards, line 17, column message: \"COPY x, line 3\""), 17U);
    EXPECT_EQ(parse_copy_line("PL/pgSQL function refuse() line 2 at RAISE\nCOPY cards, line 4"), 4U);
    for (const auto* without : {"", "COPY cards", "COPY cards, line ", "COPY cards, Zeile 4",
                                "SQL statement \"COPY x, line 3\"", "COPY cards, line 99999999999999999999"})
        EXPECT_EQ(parse_copy_line(without), 0U) << without;
}

}  // namespace
}  // namespace cardresolver::database
