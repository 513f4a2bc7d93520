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
    EXPECT_EQ(url.table, "night.T");
    EXPECT_EQ(url.query, "SELECT 1");
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

}  // namespace
}  // namespace cardresolver::database
