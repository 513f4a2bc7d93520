// Lists that are queries of an SQLite database.
#include "database/sqlite.hpp"
#include "source/csv_scan.hpp"
#include "source/input.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace cardresolver::source {
namespace {

using database::sqlite_connection;
using error_kind = input_error::error_kind;

struct seen {
    std::uint64_t line;
    std::string text;
    bool operator==(const seen&) const = default;
};

class query_list_test : public testing::Test {
protected:
    query_list_test() {
        connection_.execute("CREATE TABLE cards (id INTEGER PRIMARY KEY, iccid TEXT, note TEXT, price REAL)");
    }
    void add(const std::string& values) { connection_.execute("INSERT INTO cards VALUES " + values); }
    void add_many(int count) {
        connection_.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                            std::to_string(count) +
                            ") INSERT INTO cards SELECT i, printf('898602B22%011d', i), NULL, 1 FROM n");
    }
    input_settings settings(const std::string& query, const std::string& column = {}) const {
        input_settings settings;
        settings.path = "sqlite:" + path_ + "?query=" + query;
        settings.column = column;
        return settings;
    }
    static std::vector<seen> read_all(input& list) {
        std::vector<seen> all;
        record_block block;
        while (list.read(block)) {
            for (const auto& one : block.records)
                all.push_back({one.line, std::string(block.field_of(one))});
        }
        EXPECT_FALSE(list.read(block)) << "the end stays the end";
        return all;
    }
    std::vector<seen> read(const std::string& query, const std::string& column = {}) const {
        input list(settings(query, column));
        return read_all(list);
    }
    input_error error_of(const std::string& query, const std::string& column = {}) const {
        try {
            read(query, column);
        } catch (const input_error& error) {
            return error;
        }
        ADD_FAILURE() << "no error: " << query;
        return {error_kind::mismatch, ""};
    }

    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("cards.db");
    sqlite_connection connection_{path_, sqlite_connection::opening::create};
};

TEST_F(query_list_test, each_row_is_a_record_also_where_there_is_no_number) {
    add("(1, 'a', 'x', 1), (2, NULL, NULL, NULL), (3, '', 'x', 1), (4, '  b ', '', 1)");
    EXPECT_EQ(read("SELECT note, iccid FROM cards ORDER BY id"),
              (std::vector<seen>{{1, "a"}, {2, ""}, {3, ""}, {4, "  b "}}));
    EXPECT_TRUE(read("SELECT iccid FROM cards WHERE 0").empty());
}

TEST_F(query_list_test, the_column_is_named_or_known_or_the_only_one) {
    add("(7, 'a', 'x', 1.5)");
    EXPECT_EQ(read("SELECT * FROM cards", "NOTE"), (std::vector<seen>{{1, "x"}}));
    EXPECT_EQ(read("SELECT * FROM cards"), (std::vector<seen>{{1, "a"}}));
    EXPECT_EQ(read("SELECT 2 * price FROM cards"), (std::vector<seen>{{1, "3.0"}}));
    EXPECT_EQ(read("SELECT id AS number, iccid FROM cards"), (std::vector<seen>{{1, "7"}}));
    EXPECT_EQ(error_of("SELECT id, note FROM cards").kind, error_kind::unusable);
    EXPECT_EQ(error_of("SELECT id FROM cards", "iccid").kind, error_kind::unusable);
}

TEST_F(query_list_test, whole_records_are_kept_as_lines_of_csv) {
    add(R"((1, 'a', 'say "x",
y', NULL))");
    auto wanted = settings("SELECT note, iccid, price FROM cards");
    wanted.keeps_columns = true;
    input list(wanted);
    EXPECT_EQ(list.columns().names, (std::vector<std::string>{"note", "iccid", "price"}));
    record_block block;
    ASSERT_TRUE(list.read(block));
    EXPECT_EQ(split_record(block.kept_of(0), ','), (std::vector<std::string>{"say \"x\",\ny", "a", ""}));
}

TEST_F(query_list_test, IN1_a_row_that_is_too_long_is_one_invalid_record) {
    add("(1, printf('%*d', 70000, 1), NULL, 1), (2, 'b', printf('%*d', 70000, 1), 1)");
    auto wanted = settings("SELECT iccid, note FROM cards ORDER BY id");
    for (const bool keeps : {false, true}) {
        wanted.keeps_columns = keeps;
        input list(wanted);
        record_block block;
        ASSERT_TRUE(list.read(block));
        ASSERT_EQ(block.records.size(), 2U);
        EXPECT_EQ(block.records[0].problem, card::invalid_reason::unreadable_record);
        EXPECT_EQ(block.records[1].problem,
                  keeps ? card::invalid_reason::unreadable_record : card::invalid_reason::none);
        EXPECT_EQ(block.field_of(block.records[1]), "b");
    }
}

TEST_F(query_list_test, IN5_blocks_are_bounded_however_many_rows_there_are) {
    connection_.execute("CREATE TABLE blanks (number TEXT)");
    connection_.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO blanks "
        "SELECT NULL FROM n");
    add_many(50'000);
    for (const auto* query : {"SELECT number FROM blanks", "SELECT iccid FROM cards ORDER BY id"}) {
        input list(settings(query));
        record_block block;
        std::uint64_t rows = 0;
        while (list.read(block)) {
            EXPECT_LE(block.text.size(), 66'000U);
            EXPECT_LE(block.records.size(), 8'192U);
            EXPECT_EQ(block.lines_read, rows += block.records.size());
        }
        EXPECT_EQ(rows, 50'000U);
    }
}

TEST_F(query_list_test, IN6_who_comes_back_is_given_the_same_rows_or_is_told) {
    add_many(10'000);
    const auto query = settings("SELECT iccid FROM cards ORDER BY id");
    input_resumption earlier;
    {
        input list(query);
        record_block block;
        list.read(block);
        EXPECT_EQ(block.begins_at->lines, 0U);
        list.read(block);
        ASSERT_TRUE(block.begins_at);
        EXPECT_EQ(block.begins_at->offset, 0U);
        earlier = {*block.begins_at, block.consumed};
    }
    {
        input list(query, earlier);
        record_block block;
        list.read(block);
        EXPECT_FALSE(list.is_known_list());
        list.read(block);
        EXPECT_TRUE(list.is_known_list());
        EXPECT_EQ(block.consumed, earlier.consumed);
    }
    const auto refused = [&](const std::string& change) {
        connection_.execute("BEGIN; " + change + "; COMMIT");
        try {
            input list(query, earlier);
            read_all(list);
        } catch (const input_error& error) {
            EXPECT_EQ(error.kind, error_kind::unusable);
            return std::string_view(error.what())
                       .find("is not the list that the unfinished run began with") != std::string_view::npos;
        }
        return false;
    };
    EXPECT_TRUE(refused("UPDATE cards SET iccid = 'x' WHERE id = 5"));
    EXPECT_TRUE(refused("DELETE FROM cards WHERE id > 10"));
}

TEST_F(query_list_test, what_cannot_be_asked_is_told_in_the_database_s_words) {
    const auto expect = [this](const std::string& query, error_kind kind, std::string_view words) {
        const auto error = error_of(query);
        EXPECT_EQ(error.kind, kind) << error.what();
        EXPECT_NE(std::string_view(error.what()).find(words), std::string_view::npos) << error.what();
        EXPECT_TRUE(std::string_view(error.what()).starts_with("the query of '" + path_)) << error.what();
    };
    expect("SELECT n FROM nowhere", error_kind::unusable, "no such table: nowhere");
    expect("SELEC 1", error_kind::unusable, "syntax error");
    expect("DELETE FROM cards", error_kind::unusable, "a SELECT is needed");
    expect("BEGIN", error_kind::unusable, "a SELECT is needed");
    expect("SELECT 1; SELECT 2", error_kind::unusable, "not one statement");
    add_many(2);
    expect("SELECT iccid FROM cards WHERE json('{' || iccid)", error_kind::unusable, "malformed JSON");
    path_ = folder_.path_of("nowhere.db");
    expect("SELECT 1", error_kind::not_found, "unable to open");
    path_ = folder_.write("text.db", std::string(2'000, 'x'));
    expect("SELECT name FROM sqlite_schema", error_kind::unusable, "not a database");
}

TEST_F(query_list_test, IN7_a_read_error_under_way_is_one) {
    add_many(20'000);
    auto content = support::temporary_folder::read(path_);
    content.replace(content.size() / 2, 20'000, 20'000, '\xFF');
    std::ofstream(path_, std::ios::binary) << content;
    EXPECT_EQ(error_of("SELECT iccid FROM cards ORDER BY id").kind, error_kind::read);
}

TEST(name_of_input, a_query_is_called_by_its_database) {
    EXPECT_EQ(name_of_input("sqlite:cards.db?query=SELECT 1"), "the query of 'cards.db'");
}

}  // namespace
}  // namespace cardresolver::source
