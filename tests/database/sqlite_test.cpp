#include "database/sqlite.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace cardresolver::database {
namespace {

using opening = sqlite_connection::opening;

class sqlite_test : public testing::Test {
protected:
    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("cards.db");
};

TEST_F(sqlite_test, values_come_back_as_they_were) {
    sqlite_connection connection(path_, opening::create);
    connection.execute("CREATE TABLE t (n INTEGER, t TEXT, b BLOB, e TEXT)");
    const std::string blob("\0\xFF'", 3);
    auto insert = connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
    for (const std::int64_t number : {INT64_MIN, INT64_MAX}) {
        insert.bind(0, number);
        insert.bind_text(1, "ä'\"");
        insert.bind_blob(2, blob);
        insert.bind_null(3);
        EXPECT_FALSE(insert.step());
        insert.reset();
    }
    auto query = connection.prepare("SELECT n, t, b, e FROM t ORDER BY n");
    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.number(0), INT64_MIN);
    EXPECT_EQ(query.text(1), "ä'\"");
    EXPECT_EQ(query.blob(2), blob);
    EXPECT_TRUE(query.is_null(3));
    EXPECT_EQ(query.text(3), "");
    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.number(0), INT64_MAX);
    EXPECT_FALSE(query.step());
    EXPECT_EQ(connection.number_of("SELECT count(*) FROM t"), 2);
}

TEST_F(sqlite_test, complaints_name_the_file) {
    try {
        const sqlite_connection connection(path_, opening::existing);
        FAIL() << "there is no such file";
    } catch (const sqlite_error& error) {
        EXPECT_NE(std::string_view(error.what()).find(path_), std::string_view::npos) << error.what();
        EXPECT_FALSE(error.is_damage());
    }
}

TEST_F(sqlite_test, what_is_no_database_is_damage) {
    folder_.write("cards.db", std::string(5000, 'x'));
    sqlite_connection connection(path_, opening::existing);
    try {
        connection.execute("CREATE TABLE t (n INTEGER)");
        FAIL() << "this is no database";
    } catch (const sqlite_error& error) {
        EXPECT_TRUE(error.is_damage()) << error.what();
    }
}

TEST_F(sqlite_test, a_broken_rule_of_the_table_is_an_error) {
    sqlite_connection connection(path_, opening::create);
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY CHECK (n = 1))");
    auto insert = connection.prepare("INSERT INTO t VALUES (?)");
    insert.bind(0, 2);
    EXPECT_THROW(insert.step(), sqlite_error);
}

}  // namespace
}  // namespace cardresolver::database
