#include "database/sqlite.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

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

TEST_F(sqlite_test, names_are_quoted_whatever_is_in_them) {
    sqlite_connection connection(path_, opening::create);
    const std::string name = "a \"b\"; DROP TABLE x -- 'é";
    connection.execute("CREATE TABLE " + quote_identifier(name) + " (n)");
    connection.execute("INSERT INTO " + quote_identifier(name) + " VALUES (7)");
    EXPECT_EQ(connection.number_of("SELECT n FROM " + quote_identifier(name)), 7);
}

TEST_F(sqlite_test, prepares_one_statement_and_no_more) {
    sqlite_connection connection(path_, opening::create);
    EXPECT_NO_THROW(connection.prepare("SELECT 1; \n"));
    EXPECT_THROW(connection.prepare(""), sqlite_error);
    EXPECT_THROW(connection.prepare(" -- nothing"), sqlite_error);
    EXPECT_THROW(connection.prepare("SELECT 1; DROP TABLE t"), sqlite_error);
}

TEST_F(sqlite_test, what_is_opened_for_reading_is_not_written) {
    EXPECT_THROW(sqlite_connection(path_, opening::read_only), sqlite_error);
    sqlite_connection(path_, opening::create).execute("CREATE TABLE t (n)");
    sqlite_connection reader(path_, opening::read_only);
    EXPECT_THROW(reader.execute("INSERT INTO t VALUES (1)"), sqlite_error);
    const auto query = reader.prepare("SELECT n, 1 AS one FROM t");
    EXPECT_TRUE(query.is_read_only());
    EXPECT_EQ(query.column_count(), 2);
    EXPECT_EQ(query.column_name(1), "one");
    EXPECT_FALSE(reader.prepare("DELETE FROM t").is_read_only());
}

TEST_F(sqlite_test, a_name_that_sqlite_would_take_for_memory_is_a_file) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(std::filesystem::path(path_).parent_path());
    sqlite_connection(":memory:", opening::create).execute("CREATE TABLE t (n)");
    EXPECT_TRUE(std::filesystem::exists(":memory:"));
    std::filesystem::current_path(before);
}

}  // namespace
}  // namespace cardresolver::database
