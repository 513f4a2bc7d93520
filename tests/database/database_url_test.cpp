#include "database/database_url.hpp"

#include <gtest/gtest.h>

namespace cardresolver::database {
namespace {

std::string why_not(std::string_view text) {
    std::string why;
    EXPECT_FALSE(parse_database_url(text, why)) << text;
    return why;
}

database_url parsed(std::string_view text) {
    std::string why;
    const auto url = parse_database_url(text, why);
    EXPECT_TRUE(url) << text << ": " << why;
    return url.value_or(database_url());
}

TEST(database_url, tells_databases_from_files_by_the_scheme) {
    EXPECT_TRUE(is_database_url("sqlite:cards.db"));
    EXPECT_FALSE(is_database_url("./sqlite:cards.db"));
    EXPECT_FALSE(is_database_url("SQLITE:cards.db"))
        << "schemes are written small, and files may be called so";
    EXPECT_FALSE(is_database_url("cards.csv"));
    EXPECT_FALSE(is_database_url(""));
}

TEST(database_url, names_a_file_and_a_table_or_a_query) {
    const auto bare = parsed("sqlite:/data/my cards.db");
    EXPECT_EQ(bare.place, "/data/my cards.db");
    EXPECT_FALSE(bare.table);
    EXPECT_FALSE(bare.query);
    EXPECT_EQ(parsed("sqlite:a.db?table=T").table, "T");
    EXPECT_EQ(parsed("sqlite:a.db?query=SELECT n FROM t WHERE a=1+2 ORDER BY n").query,
              "SELECT n FROM t WHERE a=1+2 ORDER BY n");
    EXPECT_EQ(parsed("sqlite:a.db?query=SELECT%20'%26%25%3f%c3%A9'").query, "SELECT '&%?é'");
    EXPECT_EQ(parsed("sqlite:100%.db").place, "100%.db") << "of the place, nothing is decoded";
}

TEST(database_url, complains_of_what_it_cannot_read) {
    EXPECT_NE(why_not("sqlite:").find("name of a file"), std::string::npos);
    EXPECT_NE(why_not("sqlite:?table=T").find("name of a file"), std::string::npos);
    EXPECT_NE(why_not("sqlite:a.db?tabel=T").find("'tabel'"), std::string::npos);
    EXPECT_NE(why_not("sqlite:a.db?query=SELECT 1 & 2").find("%26"), std::string::npos);
    EXPECT_NE(why_not("sqlite:a.db?table=").find("no value"), std::string::npos);
    EXPECT_NE(why_not("sqlite:a.db?table=a&table=b").find("twice"), std::string::npos);
    for (const auto* query : {"LIKE '8986%'", "%", "%2", "%g0", "%00"})
        EXPECT_NE(why_not(std::string("sqlite:a.db?query=") + query).find("%25"), std::string::npos) << query;
    EXPECT_NE(why_not("sqlite:a.db?table=CardResolver_runs").find("runs are kept"), std::string::npos);
}

TEST(database_url, complains_of_a_server_s_as_of_a_file_s) {
    const std::string server = "postgresql://db/cards";
    for (const auto* parameters :
         {"?table=", "?table=a&table=b", "?query=a&query=b", "?query=%zz", "?query=%00",
          "?query=LIKE '8986%'", "?query=", "?query=  ", "?query=%20%0A", "?table=cardresolver_runs"})
        EXPECT_EQ(why_not(server + parameters), why_not(std::string("sqlite:cards.db") + parameters));
    EXPECT_NE(why_not(server + "?query=%20").find("no value"), std::string::npos);
    for (const auto* table : {"?table=.", "?table=a.", "?table=.a"})
        EXPECT_NE(why_not(server + table).find("no value"), std::string::npos) << table;
    EXPECT_NE(why_not(server + "?table=night.cardresolver_runs").find("runs are kept"), std::string::npos);
    EXPECT_EQ(parsed(server + "?sslmode=require&query=SELECT%20'%26%25'").query, "SELECT '&%'");
}

TEST(database_url, complains_of_what_libpq_cannot_use) {
    EXPECT_NE(why_not("postgresql://db/cards?replication=database").find("replication"), std::string::npos);
    EXPECT_NE(why_not("postgresql://db/cards?sslmoed=require").find("invalid URI query parameter"),
              std::string::npos);
}

TEST(database_url, SE1_complains_of_what_may_be_a_piece_of_a_password_without_showing_it) {
    for (const auto* url :
         {"postgresql://me:xq/zj", "postgresql://me:xq/?a=zj@db/cards", "postgresql://db:xq",
          "postgresql://me:xq@zj@db/cards", "postgresql://me:1/xq@db/cards"}) {
        const auto why = why_not(url);
        EXPECT_NE(why.find("/ as %2F"), std::string::npos) << url;
        EXPECT_EQ(why.find("xq"), std::string::npos) << why;
    }
}

TEST(database_url, sees_whether_a_query_has_an_order) {
    EXPECT_TRUE(names_an_order("SELECT n FROM t ORDER BY n"));
    EXPECT_TRUE(names_an_order("select n from t\norder\n\tby n desc"));
    EXPECT_FALSE(names_an_order("SELECT n FROM orders"));
    EXPECT_FALSE(names_an_order("SELECT reorder, by FROM t"));
    EXPECT_FALSE(names_an_order(""));
}

}  // namespace
}  // namespace cardresolver::database
