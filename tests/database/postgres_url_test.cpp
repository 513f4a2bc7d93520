#include "database/postgres_url.hpp"

#include "database/database_url.hpp"

#include <gtest/gtest.h>

namespace cardresolver::database {
namespace {

TEST(postgres_url_test, our_parameters_are_taken_out_and_the_rest_is_libpqs) {
    const auto url = parse_postgres_url(
        "postgresql://me:pw@db:5433/cards?sslmode=require&table=night.T&query=SELECT%201&host=a%2Fb");
    EXPECT_EQ(url.conninfo, "postgresql://me:pw@db:5433/cards?sslmode=require&host=a%2Fb");
    EXPECT_EQ(url.name, "postgresql://me@db:5433/cards");
    EXPECT_EQ(url.own_parameters, (std::vector<std::string_view>{"table=night.T", "query=SELECT%201"}));
    EXPECT_EQ(parse_postgres_url("postgresql:///x?table=T").conninfo, "postgresql:///x");
}

TEST(postgres_url_test, SE1_passwords_are_noticed_and_not_shown) {
    for (const auto* with :
         {"postgresql://me:pw@db/x", "postgres://me:pw@/x", "postgresql:///x?a=b&password=pw",
          "postgresql:///x?sslpassword=pw", "postgresql:///x?pass%77ord=pw"}) {
        EXPECT_TRUE(holds_database_password(with)) << with;
        EXPECT_EQ(without_password(with).find("pw"), std::string::npos) << with;
    }
    for (const auto* without : {"postgresql://me@db:5432/x", "postgresql:///x?query=SELECT 'a:b@c'",
                                "out:1@2.csv", "postgresql://[::1]:5432/x"})
        EXPECT_FALSE(holds_database_password(without)) << without;
}

/// Its pieces are looked for one by one.
TEST(postgres_url_test, SE1_whatever_a_password_holds_is_noticed_and_not_shown) {
    for (const auto* between :
         {"",   "?",    "/",        "@",        "#",  ":",   "%3F",  "%40", "&",  "=",  "//", "?a=",
          "/?", "/?a=", "/?table=", "/?query=", "@?", "@b?", "@b/?", "?@",  "/@", ":@", "@[", "&password="})
        for (const auto* scheme : {"postgresql://", "postgres://", "postgresql:"})
            for (const auto* hosts : {"db", "db:5433", "one:1,two:2", "[::1]", "[::1]:5433", ""})
                for (const auto* rest : {"", "/", "/cards", "/cards?sslmode=require&table=T", "?table=T"}) {
                    const auto url = std::string(scheme) + "me:xq" + between + "zj@" + hosts + rest;
                    const auto shown = without_password(url);
                    EXPECT_EQ(shown.find("xq"), std::string::npos) << url << " as " << shown;
                    EXPECT_EQ(shown.find("zj"), std::string::npos) << url << " as " << shown;
                    EXPECT_TRUE(holds_database_password(url)) << url;
                }
}

TEST(postgres_url_test, SE1_passwords_among_the_parameters_are_noticed_and_not_shown) {
    for (const auto* place : {"", "db:5433/cards", "[::1]:5433/", "me@db", "me@one:1,two:2/cards"})
        for (const auto* name :
             {"password", "%70assword", "sslpassword", "a=b&password", "table=T&%70%61ssword"})
            for (const auto* value : {"xq", "xq?zj", "xq/zj", "xq@zj", "xq#zj", "xq:zj", "xq%3Fzj"}) {
                const auto url = std::string("postgresql://") + place + "?" + name + "=" + value;
                const auto shown = without_password(url);
                EXPECT_EQ(shown.find("xq"), std::string::npos) << url << " as " << shown;
                EXPECT_EQ(shown.find("zj"), std::string::npos) << url << " as " << shown;
                EXPECT_TRUE(holds_database_password(url)) << url;
            }
}

TEST(postgres_url_test, SE1_a_password_that_looks_like_a_port_and_parameters_is_noticed) {
    for (const auto* url : {"postgresql://me:1/2?zj@db/cards", "postgresql://me:1/?a=zj@db:5433"}) {
        EXPECT_EQ(without_password(url), "postgresql://me");
        EXPECT_TRUE(holds_database_password(url)) << url;
    }
}

TEST(postgres_url_test, SE1_where_there_is_no_password_all_is_shown) {
    for (const auto* url :
         {"postgresql://", "postgresql:///cards", "postgresql://me@db", "postgresql://me@[::1]:5433",
          "postgresql://one:1,two:2/cards", "postgresql://[::1],[::2]:5433/cards",
          "postgresql://me%3Aself@db/cards", "postgresql://me@db:/cards"}) {
        EXPECT_EQ(without_password(url), url);
        EXPECT_FALSE(holds_database_password(url)) << url;
    }
    EXPECT_FALSE(holds_database_password("postgresql://db:1/cards?user=me@db"));
    EXPECT_EQ(without_password("postgresql://db:1/cards?user=me@db"), "postgresql://db:1/cards");
    EXPECT_EQ(without_password("postgresql://me:@db/cards"), "postgresql://me@db/cards");
    EXPECT_EQ(without_password("postgresql://me:sec?ret@db:1/cards?sslmode=x"), "postgresql://me@db:1/cards");
    EXPECT_EQ(without_password("postgresql://db:1/cards?query=SELECT 'a@b'"),
              "postgresql://db:1/cards?query=SELECT 'a@b'");
}

TEST(postgres_url_test, the_user_ends_where_it_ends_for_libpq) {
    EXPECT_EQ(parse_postgres_url("postgresql://me:a?b=c@db/x?table=T&d=e").conninfo,
              "postgresql://me:a?b=c@db/x?d=e");
    EXPECT_FALSE(parse_postgres_url("postgresql://me:a?b=c@db:1,[::1]:2/x").is_odd);
    for (const auto* odd : {"postgresql://me:a/b@c:1/x", "postgresql://me:1/b@c:1/x",
                            "postgresql://me:a@b@c/x", "postgresql://one:1,two:x", "postgresql://[::1]:x"})
        EXPECT_TRUE(parse_postgres_url(odd).is_odd) << odd;
}

}  // namespace
}  // namespace cardresolver::database
