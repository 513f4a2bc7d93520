// Two faces of one database: the table under test, and another program beside it.
#include "database/sqlite.hpp"
#include "sink/compact_row.hpp"
#include "sink/row_format.hpp"
#include "sink/row_table.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace cardresolver::sink {
namespace {

using database::sqlite_connection;
using error_kind = output_error::error_kind;
using opening = sqlite_connection::opening;

class sqlite_table_test : public testing::Test {
protected:
    using table = std::unique_ptr<row_table>;

    /// Does not wait, unless a test has it do something in the meantime.
    table open(const std::string& name = "T") {
        return open_row_table("sqlite:" + path_ + "?table=" + name,
                              [this](std::string_view why, std::chrono::milliseconds) {
                                  waits_.emplace_back(why);
                                  return meanwhile_ && meanwhile_();
                              });
    }
    table begun(const std::string& run_id = "1") {
        auto rows = open();
        rows->find_runs("s", "i");
        rows->use_columns({});
        rows->begin({run_id, "s", "i", "p0", false}, {});
        return rows;
    }
    static std::string rows_of(std::initializer_list<std::uint64_t> lines, std::string_view header = {}) {
        std::string rows;
        append_header(rows, output_format::database, header);
        for (const auto line : lines) {
            card::card_outcome row;
            row.line = line;
            row.number = "1064800000000";
            row.kind = card::card_kind::msisdn;
            row.outcome = card::outcome_kind::failed;
            row.msisdn = row.number;
            append_row(rows, output_format::database, row);
        }
        return rows;
    }
    static card::card_outcome row_seven() {
        card::card_outcome row;
        row.line = 7;
        row.number = "n";
        return row;
    }
    sqlite_connection other_program() const { return {path_, opening::create}; }
    std::int64_t number_of(const std::string& query) const { return other_program().number_of(query); }
    template <class Action>
    static output_error error_of(Action action) {
        try {
            action();
        } catch (const output_error& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {error_kind::io, ""};
    }
    static bool says(const output_error& error, std::string_view words) {
        return std::string_view(error.what()).find(words) != std::string_view::npos;
    }

    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("rows.db");
    std::vector<std::string> waits_;
    std::function<bool()> meanwhile_;
};

TEST_F(sqlite_table_test, rows_and_progress_are_saved_together) {
    auto rows = begun();
    rows->save(rows_of({3, 1}), "p1");
    rows->save(rows_of({2}), "p2");
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE run_id = '1'"), 3);
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE iccid IS NULL AND kind = 'msisdn' AND status = ''"), 3);
    EXPECT_EQ(
        number_of("SELECT count(*) FROM cardresolver_runs WHERE progress = 'p2' AND finished_at IS NULL"), 1);
    rows->finish({});
    EXPECT_EQ(number_of("SELECT count(*) FROM cardresolver_runs WHERE finished_at >= started_at"), 1);
    EXPECT_TRUE(waits_.empty());
}

TEST_F(sqlite_table_test, a_new_database_has_a_write_ahead_log_and_an_old_one_keeps_what_it_has) {
    begun();
    auto connection = other_program();
    auto mode = connection.prepare("PRAGMA journal_mode");
    mode.step();
    EXPECT_EQ(mode.text(0), "wal");
    path_ = folder_.path_of("old.db");
    other_program().execute("CREATE TABLE mine (n)");
    auto rows = begun();
    EXPECT_FALSE(rows->can_be_read_meanwhile());
    rows->save(rows_of({1}), "p1");
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1);
}

TEST_F(sqlite_table_test, an_unfinished_run_goes_on_and_the_newest_comes_first) {
    begun("1")->save(rows_of({1}), "p1");
    begun("2")->finish({});
    auto rows = open();
    EXPECT_TRUE(rows->find_runs("other settings", "i").empty());
    EXPECT_TRUE(rows->find_runs("s", "other input").empty());
    const auto runs = rows->find_runs("s", "i");
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].run_id, "2");
    EXPECT_TRUE(runs[0].is_finished);
    EXPECT_EQ(runs[1].progress, "p1");
    rows->use_columns({});
    rows->resume(runs[1], 1);
    rows->save(rows_of({2}), "p2");
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE run_id = '1'"), 2);
}

TEST_F(sqlite_table_test, what_is_dropped_replaced_or_discarded_goes_with_its_rows_and_nothing_else) {
    for (const auto* id : {"1", "2", "3"})
        begun(id)->save(rows_of({1, 2}), "p");
    auto rows = open();
    rows->find_runs("s", "i");
    rows->use_columns({});
    rows->begin({"4", "s", "i", "p", false}, {{"1", "s", "i", "p", false}});
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE run_id = '1'"), 0);
    rows->save(rows_of({1}), "p");
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 5) << "the one that is replaced stays until the end";
    rows->finish({"2"});
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 3);
    rows = begun("5");
    rows->save(rows_of({1}), "p");
    rows->discard();
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE run_id IN ('3', '4')"), 3);
    EXPECT_EQ(number_of("SELECT count(*) FROM cardresolver_runs"), 2);
}

TEST_F(sqlite_table_test, DK9_a_second_process_is_kept_off_the_run_but_not_off_the_table) {
    const auto first = begun("1");
    auto second = open();
    auto runs = second->find_runs("s", "i");
    const auto error = error_of([&] { second->resume(runs.at(0), 0); });
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_TRUE(says(error, "another run of the same list")) << error.what();
    second.reset();
    second = open();
    second->find_runs("s", "i");
    const auto dropping = error_of([&] { second->begin({"2", "s", "i", "p", false}, {runs.at(0)}); });
    EXPECT_TRUE(says(dropping, "another run of the same list")) << dropping.what();
    second.reset();
    EXPECT_NO_THROW(begun("3")->save(rows_of({1}), "p")) << "another list";
    EXPECT_NO_THROW(first->save(rows_of({1}), "p"));
}

TEST_F(sqlite_table_test, DK9_two_cannot_begin_at_once) {
    auto first = open();
    first->find_runs("s", "i");
    const auto error = error_of([this] { open(); });
    EXPECT_EQ(error.kind, error_kind::waited_in_vain);
    EXPECT_EQ(waits_.size(), 1U);
    meanwhile_ = [&first] {
        first.reset();
        return true;
    };
    EXPECT_NO_THROW(open()->find_runs("s", "i"));
}

TEST_F(sqlite_table_test, DK9_a_run_that_went_on_since_one_looked_is_left_alone) {
    begun()->save(rows_of({1}), "p1");
    auto late = open();
    const auto runs = late->find_runs("s", "i");
    other_program().execute("UPDATE cardresolver_runs SET progress = 'p2'");
    EXPECT_TRUE(says(error_of([&] { late->resume(runs.at(0), 1); }), "try again"));
}

TEST_F(sqlite_table_test, DK9_a_run_that_has_finished_since_one_looked_is_not_dropped) {
    auto first = begun();
    auto late = open();
    const auto runs = late->find_runs("s", "i");
    first->save(rows_of({1}), "p1");
    first->finish({});
    first.reset();
    EXPECT_TRUE(says(error_of([&] {
                         late->begin({"2", "s", "i", "p0", false}, {runs.at(0)});
                     }),
                     "try again"));
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1);
}

TEST_F(sqlite_table_test, DB6_rows_that_are_gone_keep_a_run_from_going_on) {
    for (const auto* damage : {"DELETE FROM T WHERE line = 1", "DROP TABLE T"}) {
        std::filesystem::remove(path_);
        begun()->save(rows_of({1, 2}), "p1");
        other_program().execute(damage);
        auto late = open();
        const auto runs = late->find_runs("s", "i");
        late->use_columns({});
        const auto error = error_of([&] { late->resume(runs.at(0), 2); });
        EXPECT_EQ(error.kind, error_kind::damaged);
        EXPECT_TRUE(says(error, "but 2 were written; --restart")) << error.what();
    }
}

TEST_F(sqlite_table_test, DB8_a_locked_database_is_waited_for_and_the_save_is_done_again_as_a_whole) {
    auto rows = begun();
    auto other = other_program();
    other.execute("BEGIN IMMEDIATE; CREATE TABLE mine (n)");
    int tries = 0;
    meanwhile_ = [&] {
        if (++tries == 2) other.execute("COMMIT");
        return true;
    };
    rows->save(rows_of({1, 2}), "p1");
    EXPECT_EQ(tries, 2);
    EXPECT_TRUE(waits_.at(0).find("is locked by another program") != std::string::npos) << waits_.at(0);
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 2);
}

/// With a rollback journal, it is the COMMIT that a reader holds up: all rows have been inserted by then.
TEST_F(sqlite_table_test, DB8_a_reader_in_the_way_of_the_commit_is_waited_for) {
    auto other = other_program();
    other.execute("CREATE TABLE mine (n); INSERT INTO mine VALUES (1), (2)");
    auto rows = begun();
    std::optional<database::sqlite_statement> reading(other.prepare("SELECT n FROM mine"));
    ASSERT_TRUE(reading->step());
    meanwhile_ = [&] {
        reading.reset();
        return true;
    };
    rows->save(rows_of({1, 2}), "p1");
    EXPECT_EQ(waits_.size(), 1U);
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 2);
}

/// Of a list on standard input: the first save makes the table, and its COMMIT is the one that fails.
TEST_F(sqlite_table_test, DB8_a_table_that_went_with_its_transaction_is_made_again) {
    auto other = other_program();
    other.execute("CREATE TABLE mine (n); INSERT INTO mine VALUES (1), (2)");
    auto rows = open();
    rows->find_runs("s", "i");
    rows->begin({"1", "s", "i", "p", false}, {});
    std::optional<database::sqlite_statement> reading(other.prepare("SELECT n FROM mine"));
    ASSERT_TRUE(reading->step());
    EXPECT_EQ(error_of([&] { rows->save(rows_of({1}), "p1"); }).kind, error_kind::waited_in_vain);
    meanwhile_ = [&] {
        reading.reset();
        return true;
    };
    rows->save(rows_of({1, 2}), "p1");
    EXPECT_EQ(waits_.size(), 2U);
    rows->save(rows_of({3}), "p2");
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 3);
}

TEST_F(sqlite_table_test, DB6_a_table_that_is_gone_is_not_made_again) {
    auto rows = begun();
    rows->save(rows_of({1}), "p1");
    auto other = other_program();
    other.execute("BEGIN IMMEDIATE; DROP TABLE T");
    meanwhile_ = [&] {
        other.execute("COMMIT");
        return true;
    };
    const auto error = error_of([&] { rows->save(rows_of({2}), "p2"); });
    EXPECT_EQ(error.kind, error_kind::io);
    EXPECT_TRUE(says(error, "no such table: T")) << error.what();
}

TEST_F(sqlite_table_test, DB8_who_gives_up_waiting_has_saved_nothing) {
    auto rows = begun();
    {
        auto other = other_program();
        other.execute("BEGIN IMMEDIATE");
        EXPECT_EQ(error_of([&] { rows->save(rows_of({1}), "p1"); }).kind, error_kind::waited_in_vain);
    }
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 0);
    EXPECT_NO_THROW(rows->save(rows_of({1}), "p1")) << "the same rows once more";
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1);
}

TEST_F(sqlite_table_test, DB8_a_reader_that_holds_up_the_log_s_clearing_does_no_harm) {
    auto rows = begun();
    rows->save(rows_of({1}), "p");
    auto other = other_program();
    auto reading = other.prepare("SELECT line FROM T");
    ASSERT_TRUE(reading.step());
    for (std::uint64_t line = 2; line < 800; line += 2)
        rows->save(rows_of({line, line + 1}), "p");
    EXPECT_TRUE(waits_.empty());
    EXPECT_FALSE(reading.step()) << "it still sees one row";
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 799);
}

TEST_F(sqlite_table_test, DB8_what_is_no_database_is_refused_and_left_alone) {
    folder_.write("rows.db", std::string(5'000, 'x'));
    EXPECT_EQ(error_of([this] { begun(); }).kind, error_kind::cannot_create);
    EXPECT_EQ(support::temporary_folder::read(path_), std::string(5'000, 'x'));
}

TEST_F(sqlite_table_test, DB8_a_damaged_database_is_an_error_and_never_skipped) {
    begun()->save(rows_of({1, 2, 3}), "p1");
    other_program().execute("PRAGMA journal_mode = DELETE");
    const auto intact = support::temporary_folder::read(path_);
    for (std::size_t at = 4'096; at < intact.size(); at += 4'096) {
        auto damaged = intact;
        damaged.replace(at, 100, 100, '\xFF');
        std::ofstream(path_, std::ios::binary) << damaged;
        const auto error = error_of([this] {
            auto rows = open();
            rows->use_columns({});
            const auto runs = rows->find_runs("s", "i");
            rows->resume(runs.at(0), 3);
            rows->save(rows_of({4}), "p2");
        });
        EXPECT_EQ(error.kind, error_kind::damaged) << error.what();
    }
}

TEST_F(sqlite_table_test, DB6_a_row_of_somebody_else_s_under_our_key_is_an_error) {
    auto rows = begun();
    other_program().execute("INSERT INTO T (run_id, line) VALUES ('1', 2)");
    const auto error = error_of([&] { rows->save(rows_of({1, 2, 3}), "p1"); });
    EXPECT_EQ(error.kind, error_kind::io);
    EXPECT_TRUE(says(error, "line 2") && says(error, "UNIQUE") && says(error, "somebody else"))
        << error.what();
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1) << "all or nothing";
    EXPECT_EQ(number_of("SELECT count(*) FROM cardresolver_runs WHERE progress = 'p0'"), 1);
}

TEST_F(sqlite_table_test, DB6_a_run_that_somebody_has_removed_is_an_error) {
    auto rows = begun();
    other_program().execute("DELETE FROM cardresolver_runs");
    EXPECT_TRUE(says(error_of([&] { rows->save(rows_of({1}), "p1"); }), "removed this run"));
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 0);
}

TEST_F(sqlite_table_test, DK7_a_database_that_is_moved_removed_or_replaced_in_mid_run_is_an_error) {
    using action = void (*)(row_table&);
    for (const action go_on : {action{[](row_table& rows) { rows.save(rows_of({2}), "p2"); }},
                               action{[](row_table& rows) { rows.finish({}); }}}) {
        for (const bool has_log : {true, false}) {
            for (const bool is_replaced : {true, false}) {
                path_ = folder_.path_of("moved.db");
                const auto away = folder_.path_of("away.db");
                for (const auto& one : {path_, path_ + "-wal", path_ + "-shm", away})
                    std::filesystem::remove(one);
                if (!has_log) other_program().execute("CREATE TABLE mine (n)");
                auto rows = begun();
                rows->save(rows_of({1}), "p1");
                std::filesystem::rename(path_, away);
                if (is_replaced) folder_.write("moved.db", "");
                const auto error = error_of([&] { go_on(*rows); });
                EXPECT_EQ(error.kind, error_kind::io);
                EXPECT_TRUE(says(error, "moved.db': has been moved or replaced")) << error.what();
            }
        }
    }
}

/// While it waits for another program, too.
TEST_F(sqlite_table_test, DK7_a_locked_database_that_is_moved_is_an_error) {
    auto rows = begun();
    auto other = other_program();
    other.execute("BEGIN IMMEDIATE; CREATE TABLE mine (n)");
    meanwhile_ = [&] {
        std::filesystem::rename(path_, folder_.path_of("away.db"));
        other.execute("COMMIT");
        return true;
    };
    EXPECT_TRUE(says(error_of([&] { rows->save(rows_of({1}), "p1"); }), "has been moved or replaced"));
}

TEST_F(sqlite_table_test, DB6_a_table_of_another_shape_is_refused_before_anything_is_written) {
    struct row {
        const char* columns;
        const char* words;
    };
    for (const auto& [columns, words] :
         {row{"run_id TEXT, line INTEGER, number TEXT, PRIMARY KEY (run_id, line)", "kind, outcome, iccid"},
          row{"run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid, msisdn INTEGER, imsi "
              "DECIMAL,"
              " status TEXT, message TEXT, PRIMARY KEY (run_id, line)",
              "make numbers of the texts in msisdn, imsi"},
          row{"run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid TEXT NOT NULL, msisdn "
              "TEXT,"
              " imsi TEXT, status TEXT, message TEXT, PRIMARY KEY (run_id, line)",
              "its column iccid is NOT NULL, but a row may have none; name another by ?table="},
          row{"run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid TEXT, msisdn TEXT,"
              " imsi TEXT, status TEXT, message TEXT, mine TEXT NOT NULL, PRIMARY KEY (run_id, line)",
              "its column mine is NOT NULL and would have no value; give it a default"},
          row{"run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid TEXT, msisdn TEXT,"
              " imsi TEXT, status TEXT, message TEXT, mine TEXT NOT NULL DEFAULT NULL, PRIMARY KEY (run_id, "
              "line)",
              "its column mine is NOT NULL"},
          row{"run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid TEXT UNIQUE ON "
              "CONFLICT REPLACE,"
              " msisdn TEXT, imsi TEXT, status TEXT, message TEXT, PRIMARY KEY (run_id, line)",
              "has another key, the UNIQUE index sqlite_autoindex_T_1, but rows may be alike; name another"},
          row{"run_id TEXT, line INTEGER PRIMARY KEY, number TEXT, kind TEXT, outcome TEXT, iccid TEXT, "
              "msisdn TEXT,"
              " imsi TEXT, status TEXT, message TEXT",
              "has not the primary key (run_id, line)"}}) {
        std::filesystem::remove(path_);
        other_program().execute(std::string("CREATE TABLE T (") + columns + ")");
        const auto error = error_of([this] { open()->use_columns({}); });
        EXPECT_EQ(error.kind, error_kind::cannot_create);
        EXPECT_TRUE(says(error, words)) << error.what();
        EXPECT_EQ(number_of("SELECT count(*) FROM sqlite_schema WHERE name = 'cardresolver_runs'"), 0);
    }
}

/// What its owner may add: rows go in all the same.
TEST_F(sqlite_table_test, a_table_may_have_more_than_rows_need) {
    other_program().execute(
        "CREATE TABLE T (run_id TEXT NOT NULL, line INTEGER NOT NULL, number TEXT, kind TEXT, outcome TEXT "
        "NOT"
        " NULL, iccid, msisdn TEXT, imsi TEXT, status TEXT NOT NULL, message TEXT NOT NULL, mine TEXT NOT "
        "NULL"
        " DEFAULT 'x', PRIMARY KEY (run_id, line), UNIQUE (LINE, mine, RUN_ID));"
        "CREATE INDEX I ON T (number);"
        "CREATE TABLE seen (line); CREATE TRIGGER G AFTER INSERT ON T BEGIN"
        " INSERT INTO seen VALUES (new.line), (new.line); END");
    begun()->save(rows_of({1, 2}), "p1");
    EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE mine = 'x'"), 2);
    EXPECT_EQ(number_of("SELECT count(*) FROM seen"), 4);
}

TEST_F(sqlite_table_test, DB6_a_row_that_the_table_refuses_or_drops_is_an_error) {
    struct row {
        const char* rule;
        const char* words;
    };
    for (const auto& [rule, words] :
         {row{"CREATE TRIGGER G BEFORE INSERT ON T WHEN new.line = 2 BEGIN SELECT RAISE(IGNORE); END",
              "is left out by the table 'T'; has it a trigger?"},
          row{"CREATE TRIGGER G BEFORE INSERT ON T WHEN new.line = 2 BEGIN SELECT RAISE(ABORT, 'not two'); "
              "END",
              "cannot be added to the table 'T': '"},
          row{"CREATE UNIQUE INDEX I ON T (number)", "cannot be added to the table 'T': '"}}) {
        std::filesystem::remove(path_);
        auto rows = begun();
        other_program().execute(rule);
        const auto error = error_of([&] { rows->save(rows_of({1, 2, 3}), "p1"); });
        EXPECT_EQ(error.kind, error_kind::io);
        EXPECT_TRUE(says(error, "the row of line 2") && says(error, words)) << error.what();
        EXPECT_EQ(number_of("SELECT count(*) FROM T"), 0) << "all or nothing";
    }
}

/// Whatever the table would have done to them.
TEST_F(sqlite_table_test, DB6_rows_of_somebody_else_s_are_neither_replaced_nor_kept_instead_of_ours) {
    for (const std::string what : {"REPLACE", "IGNORE"}) {
        std::filesystem::remove(path_);
        other_program().execute(
            "CREATE TABLE T (run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, iccid TEXT, "
            "msisdn "
            "TEXT, imsi TEXT, status TEXT, message TEXT, PRIMARY KEY (run_id, line) ON CONFLICT " +
            what + ")");
        auto rows = begun();
        other_program().execute("INSERT INTO T (run_id, line) VALUES ('1', 2)");
        const auto error = error_of([&] { rows->save(rows_of({1, 2}), "p1"); });
        EXPECT_TRUE(says(error, "line 2") && says(error, "somebody else")) << error.what();
        EXPECT_EQ(number_of("SELECT count(*) FROM T WHERE number IS NULL"), 1);
    }
}

TEST_F(sqlite_table_test, DB6_runs_of_another_shape_are_refused) {
    other_program().execute("CREATE TABLE cardresolver_runs (run_id TEXT)");
    const auto error = error_of([this] { open()->find_runs("s", "i"); });
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_TRUE(says(error, "lacks the columns table_name, settings")) << error.what();
}

TEST_F(sqlite_table_test, DB6_a_database_that_must_not_be_written_is_refused) {
    begun();
    std::filesystem::permissions(path_, std::filesystem::perms::owner_read);
    if (std::ofstream(path_, std::ios::app)) GTEST_SKIP() << "this user may write anything";
    EXPECT_EQ(error_of([this] { open(); }).kind, error_kind::cannot_create);
}

/// SQLite names neither the folder nor the file that it cannot make there.
TEST_F(sqlite_table_test, DB6_a_folder_that_must_not_be_written_is_named) {
    const auto home = folder_.path_of("home");
    std::filesystem::create_directory(home);
    path_ = home + "/rows.db";
    other_program().execute("CREATE TABLE mine (n)");
    std::filesystem::permissions(home,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    const bool may_write_anything = std::ofstream(home + "/other").is_open();
    const auto error = may_write_anything ? output_error(error_kind::io, "") : error_of([this] { begun(); });
    std::filesystem::permissions(home, std::filesystem::perms::owner_all);
    if (may_write_anything) GTEST_SKIP() << "this user may write anything";
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_TRUE(says(error, "the file and its folder must be writable")) << error.what();
}

TEST_F(sqlite_table_test, the_list_s_own_columns_stand_behind_run_id) {
    auto rows = open();
    rows->find_runs("s", "i");
    rows->use_columns({"note", "a \"b\""});
    rows->begin({"1", "s", "i", "p", false}, {});
    std::string kept;
    append_compact_text(kept, "first");
    append_compact_text(kept, "");
    std::string names;
    append_compact_text(names, "note");
    append_compact_text(names, "a \"b\"");
    std::string bytes;
    append_header(bytes, output_format::database, names);
    append_row(bytes, output_format::database, row_seven(), kept);
    rows->save(bytes, "p1");
    EXPECT_EQ(number_of("SELECT cid FROM pragma_table_info('T') WHERE name = 'note'"), 1);
    EXPECT_EQ(number_of("SELECT line FROM T WHERE note = 'first' AND \"a \"\"b\"\"\" = ''"), 7);
}

/// Of a list on standard input.
TEST_F(sqlite_table_test, columns_may_become_known_with_the_first_rows) {
    auto rows = open();
    rows->find_runs("s", "i");
    rows->begin({"1", "s", "i", "p", false}, {});
    EXPECT_EQ(number_of("SELECT count(*) FROM sqlite_schema WHERE name = 'T'"), 0);
    std::string names;
    append_compact_text(names, "note");
    std::string bytes;
    append_header(bytes, output_format::database, names);
    std::string kept;
    append_compact_text(kept, "x");
    append_row(bytes, output_format::database, row_seven(), kept);
    rows->save(bytes, "p1");
    EXPECT_EQ(number_of("SELECT line FROM T WHERE note = 'x'"), 7);
    rows.reset();
    rows = open();
    rows->find_runs("s", "j");
    rows->begin({"2", "s", "j", "p", false}, {});
    rows->discard();
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1);
}

TEST_F(sqlite_table_test, a_file_that_was_made_in_vain_goes_again) {
    open()->find_runs("s", "i");
    EXPECT_FALSE(std::filesystem::exists(path_));
    path_ = folder_.path_of("nowhere/rows.db");
    EXPECT_EQ(error_of([this] { open(); }).kind, error_kind::cannot_create);
}

TEST_F(sqlite_table_test, a_database_is_made_where_a_link_leads) {
    const auto link = path_;
    std::filesystem::create_symlink("data.db", link);
    begun()->save(rows_of({1}), "p1");
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    path_ = folder_.path_of("data.db");
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 1);
    EXPECT_FALSE(std::filesystem::exists(link + "-wal"));
}

TEST_F(sqlite_table_test, several_tables_share_a_database) {
    auto first = begun("1");
    auto second = open("another 'table\"");
    EXPECT_TRUE(second->find_runs("s", "i").empty());
    second->use_columns({});
    second->begin({"2", "s", "i", "p", false}, {});
    first->save(rows_of({1}), "p");
    second->save(rows_of({1}), "p");
    first->save(rows_of({2}), "p");
    EXPECT_EQ(number_of("SELECT count(*) FROM \"another 'table\"\"\""), 1);
    EXPECT_EQ(number_of("SELECT count(*) FROM T"), 2);
}

}  // namespace
}  // namespace cardresolver::sink
