// The ledger in its file, with real SQLite, several processes and clocks of the test's own.
#include "ledger/account_ledger.hpp"

#include "database/sqlite.hpp"
#include "ledger/book_text.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace cardresolver::ledger {
namespace {

using namespace std::chrono_literals;
using dispatch::quota::arrival_grace;
using dispatch::quota::lease_length;
using error_kind = ledger_error::error_kind;

const account_name account{"api.iot.10086.cn", 443, "100001"};

class account_ledger_test : public testing::Test {
protected:
    account_ledger open() {
        return account_ledger(state_, account, [this] { return clocks_; });
    }

    static dispatch::quota::request request_of(std::uint64_t process) {
        dispatch::quota::request asked;
        asked.process = process;
        asked.limits.limits = {{100, 1s}, {6'000, 1min}};
        asked.kept = {0};
        return asked;
    }

    void pass(dispatch::duration time) {
        clocks_.since_boot += time;
        clocks_.wall += time;
    }

    template <class Action>
    static ledger_error error_of(Action action) {
        try {
            action();
        } catch (const ledger_error& fault) {
            return fault;
        }
        ADD_FAILURE() << "no error";
        return {error_kind::io, ""};
    }

    support::temporary_folder folder_;
    std::string state_ = folder_.path_of("deep/state");
    std::string path_ = state_ + "/api.iot.10086.cn_443_100001.ledger";
    clock_reading clocks_{"boot", 1h, std::chrono::system_clock::time_point(1'790'000'000s)};
};

TEST(ledger_file_name, tells_accounts_apart_and_stays_in_its_folder) {
    std::set<std::string> names;
    for (const auto& [host, appid] :
         {std::pair("a", "b_443_c"), std::pair("a_443_b", "c"), std::pair("a", "b/c"), std::pair("..", "b"),
          std::pair("[::1]", "b%2Fc"), std::pair("", "")}) {
        const auto name = ledger_file_name({host, 443, appid});
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(name.find('/'), std::string::npos) << name;
        EXPECT_FALSE(name.starts_with('.')) << name;
    }
    EXPECT_EQ(ledger_file_name(account), "api.iot.10086.cn_443_100001.ledger");
    EXPECT_NE(ledger_file_name({"h", 1, "a"}), ledger_file_name({"h", 2, "a"}));
}

TEST_F(account_ledger_test, others_can_read_neither_folder_nor_file) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    EXPECT_EQ(ledger.path(), path_);
    const auto mode = [](const std::string& path) {
        struct stat file {};
        EXPECT_EQ(::stat(path.c_str(), &file), 0) << path;
        return file.st_mode & 0777U;
    };
    EXPECT_EQ(mode(state_), 0700U);
    for (const auto* suffix : {"", "-wal", "-shm", "-processes"})
        EXPECT_EQ(mode(path_ + suffix), 0600U) << suffix;
}

TEST_F(account_ledger_test, two_on_one_file_share_one_book) {
    auto one = open();
    auto other = open();
    auto first = request_of(1);
    first.wanted_transids = 10;
    first.wanted_permits = 10;
    const auto a = one.exchange(first);
    EXPECT_EQ(a.shares.at(0), 100U);
    auto second = request_of(2);
    second.wanted_transids = 10;
    second.wanted_permits = 10;
    const auto b = other.exchange(second);
    EXPECT_EQ(b.shares.at(0), 0U);
    EXPECT_EQ(b.targets.at(0), 50U);
    EXPECT_EQ(b.block.id, a.block.id + 1);
    EXPECT_EQ(b.transids.first_serial, a.transids.first_serial + 10);
}

TEST_F(account_ledger_test, PR6_time_goes_on_over_reboots_and_never_back) {
    open().exchange(request_of(1));
    clocks_ = {"another boot", 1s, clocks_.wall - 24h};
    EXPECT_EQ(open().exchange(request_of(2)).shares.at(0), 0U) << "for all that is known, no time has passed";
    clocks_.wall += 48h;  // a step within this boot
    EXPECT_EQ(open().exchange(request_of(2)).shares.at(0), 0U);
    clocks_ = {"third boot", 1s, clocks_.wall + 10min};
    EXPECT_EQ(open().exchange(request_of(2)).shares.at(0), 100U);
}

TEST_F(account_ledger_test, PR7_a_stopped_clock_frees_nothing) {
    open().exchange(request_of(1));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(open().exchange(request_of(2)).shares.at(0), 0U);
    pass(lease_length + 1s + 2s);
    EXPECT_EQ(open().exchange(request_of(2)).shares.at(0), 100U);
}

/// Runs `action` in a process of its own, which is killed where it stands afterwards.
template <class Action>
void in_killed_process(Action action) {
    const auto child = ::fork();
    if (child == 0) {
        action();
        ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it has failed before";
}

TEST_F(account_ledger_test, RL5_what_killed_processes_were_granted_stays_spent) {
    std::uint64_t blocks = 0;
    for (std::uint64_t process = 1; process <= 10; ++process) {
        in_killed_process([&] {
            auto ledger = open();
            auto asked = request_of(process);
            asked.wanted_permits = 1000;
            const auto given = ledger.exchange(asked);
            if (given.block.count != 100) ::_exit(1);
        });
        blocks += 100;
        pass(4s);
    }
    database::sqlite_connection connection(path_, database::sqlite_connection::opening::existing);
    auto query = connection.prepare("SELECT book FROM ledger");
    ASSERT_TRUE(query.step());
    const auto stored = read_book(query.text(0));
    ASSERT_TRUE(stored);
    std::uint64_t counted = 0;
    for (const auto& window : stored->state.windows)
        counted += window.count();
    for (const auto& block : stored->state.blocks)
        counted += block.count;
    EXPECT_EQ(counted, blocks);
}

TEST_F(account_ledger_test, RL5_processes_that_start_at_once_get_no_more_than_there_is) {
    constexpr std::uint64_t processes = 16;
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    std::vector<pid_t> children;
    for (std::uint64_t process = 1; process <= processes; ++process) {
        const auto child = ::fork();
        if (child != 0) {
            children.push_back(child);
            continue;
        }
        try {
            auto ledger = account_ledger(state_, account, [this] { return clocks_; });
            const auto share = ledger.exchange(request_of(process)).shares.at(0);
            ::_exit(::write(pipe[1], &share, sizeof share) == sizeof share ? 0 : 1);
        } catch (const std::exception& fault) {
            std::cerr << fault.what() << "\n";
            ::_exit(1);
        }
    }
    ::close(pipe[1]);
    std::uint64_t sum = 0;
    std::uint64_t share = 0;
    while (::read(pipe[0], &share, sizeof share) == sizeof share)
        sum += share;
    ::close(pipe[0]);
    for (const auto child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    EXPECT_EQ(sum, 100U);
}

TEST_F(account_ledger_test, RL5_a_killed_process_is_known_to_have_ended_a_stopped_one_is_not) {
    in_killed_process([this] { open().exchange(request_of(1)); });
    auto stopped = open();
    auto asked = request_of(2);
    asked.longest_flight = 25s;
    stopped.exchange(asked);
    pass(arrival_grace + 1s);
    EXPECT_EQ(open().exchange(request_of(3)).shares.at(0), 100U) << "the killed one's";
    pass(lease_length + arrival_grace + 1s);
    asked.kept = {100};
    EXPECT_EQ(stopped.exchange(asked).targets.at(0), 100U);
    EXPECT_EQ(open().exchange(request_of(4)).shares.at(0), 0U);
    pass(lease_length + 25s);
    EXPECT_EQ(open().exchange(request_of(4)).shares.at(0), 0U);
    pass(arrival_grace + 1s);
    EXPECT_EQ(open().exchange(request_of(4)).shares.at(0), 100U);
}

TEST_F(account_ledger_test, a_locked_ledger_is_worth_another_try) {
    auto ledger = open();
    database::sqlite_connection other(path_, database::sqlite_connection::opening::existing);
    other.execute("BEGIN IMMEDIATE");
    EXPECT_TRUE(error_of([&] { ledger.exchange(request_of(1)); }).is_passing());
    other.execute("COMMIT");
    EXPECT_EQ(ledger.exchange(request_of(1)).shares.at(0), 100U);
}

TEST_F(account_ledger_test, what_is_no_ledger_is_named_and_left_as_it_is) {
    std::filesystem::create_directories(state_);
    for (const std::string& content :
         {std::string(), std::string(8192, 'x'), std::string("SQLite format 3\0 and no more", 28)}) {
        std::ofstream(path_, std::ios::binary) << content;
        const auto fault = error_of([this] { open(); });
        EXPECT_EQ(fault.kind, error_kind::damaged) << fault.what();
        EXPECT_NE(std::string_view(fault.what()).find(path_), std::string_view::npos) << fault.what();
        EXPECT_EQ(support::temporary_folder::read(path_), content);
    }
}

TEST_F(account_ledger_test, another_programs_database_is_refused) {
    std::filesystem::create_directories(state_);
    using database::sqlite_connection;
    sqlite_connection(path_, sqlite_connection::opening::create).execute("CREATE TABLE ledger (id, book)");
    const auto before = support::temporary_folder::read(path_);
    EXPECT_EQ(error_of([this] { open(); }).kind, error_kind::damaged);
    EXPECT_EQ(support::temporary_folder::read(path_), before);
}

TEST_F(account_ledger_test, a_damaged_or_newer_book_is_refused_and_not_made_anew) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    using database::sqlite_connection;
    sqlite_connection editor(path_, sqlite_connection::opening::existing);
    editor.execute("UPDATE ledger SET book = replace(book, '\"permits\"', '\"x\"') || ' '");
    const auto fault = error_of([&] { ledger.exchange(request_of(1)); });
    EXPECT_EQ(fault.kind, error_kind::damaged);
    EXPECT_NE(std::string_view(fault.what()).find(path_), std::string_view::npos) << fault.what();
    EXPECT_EQ(error_of([&] { ledger.exchange(request_of(1)); }).kind, error_kind::damaged) << "still";
    editor.execute("PRAGMA user_version = 99");
    EXPECT_EQ(error_of([this] { open(); }).kind, error_kind::damaged);
}

TEST_F(account_ledger_test, a_file_that_is_moved_away_is_noticed) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    std::filesystem::rename(path_, path_ + ".old");
    EXPECT_EQ(error_of([&] { ledger.exchange(request_of(1)); }).kind, error_kind::io);
}

TEST_F(account_ledger_test, a_list_of_processes_that_is_moved_away_is_noticed) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    std::filesystem::remove(path_ + "-processes");
    EXPECT_EQ(error_of([&] { ledger.exchange(request_of(1)); }).kind, error_kind::io)
        << "others take it for dead";
}

TEST_F(account_ledger_test, sqlites_own_files_that_are_moved_away_are_noticed) {
    for (const auto* suffix : {"-wal", "-shm"}) {
        auto ledger = open();
        ledger.exchange(request_of(1));
        std::filesystem::rename(path_ + suffix, path_ + suffix + ".old");
        EXPECT_EQ(error_of([&] { ledger.exchange(request_of(1)); }).kind, error_kind::io) << suffix;
        std::filesystem::remove_all(state_);
    }
}

TEST_F(account_ledger_test, RL5_nobody_is_taken_for_dead_whose_list_of_processes_is_gone) {
    auto ledger = open();
    auto asked = request_of(1);
    asked.longest_flight = 25s;
    ledger.exchange(asked);
    std::filesystem::remove(path_ + "-processes");
    auto other = open();
    pass(arrival_grace + 1s);
    EXPECT_EQ(other.exchange(request_of(2)).shares.at(0), 0U);
    pass(lease_length + 25s);
    EXPECT_EQ(other.exchange(request_of(2)).shares.at(0), 100U);
}

TEST_F(account_ledger_test, PR7_what_was_under_way_before_a_sleep_is_so_after_it) {
    auto stopped = open();
    auto asked = request_of(1);
    asked.longest_flight = 25s;
    stopped.exchange(asked);
    pass(1h);
    clocks_.slept += 1h;
    auto other = open();
    EXPECT_EQ(other.exchange(request_of(2)).shares.at(0), 0U);
    pass(lease_length + 25s + arrival_grace);
    EXPECT_EQ(other.exchange(request_of(2)).shares.at(0), 0U) << "it has slept for most of its lease";
    pass(1s);
    EXPECT_EQ(other.exchange(request_of(2)).shares.at(0), 100U);
}

TEST_F(account_ledger_test, a_log_without_its_ledger_is_not_taken_for_the_new_ones) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    std::filesystem::rename(path_, path_ + ".old");
    const auto fault = error_of([&] { open(); });
    EXPECT_EQ(fault.kind, error_kind::damaged);
    EXPECT_NE(std::string_view(fault.what()).find("all files whose names begin so"), std::string_view::npos);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(account_ledger_test, an_emptied_ledger_is_not_taken_for_a_new_one) {
    open().exchange(request_of(1));
    database::sqlite_connection(path_, database::sqlite_connection::opening::existing)
        .execute("DELETE FROM ledger");
    auto ledger = open();
    EXPECT_EQ(error_of([&] { ledger.exchange(request_of(1)); }).kind, error_kind::damaged);
}

TEST_F(account_ledger_test, leaves_nothing_but_its_files_behind) {
    open().exchange(request_of(1));
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(state_))
        names.insert(entry.path().filename());
    const auto name = ledger_file_name(account);
    EXPECT_EQ(names, (std::set<std::string>{name, name + "-processes"}));
}

TEST_F(account_ledger_test, a_folder_that_cannot_be_written_is_named_with_what_to_do) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const auto parent = folder_.path_of("closed");
    std::filesystem::create_directory(parent);
    std::filesystem::permissions(parent, std::filesystem::perms(0500));
    for (const auto& folder : {parent, parent + "/below"}) {
        const auto fault = error_of([&] { account_ledger(folder, account); });
        EXPECT_EQ(fault.kind, error_kind::cannot_create);
        const std::string_view text = fault.what();
        EXPECT_NE(text.find(folder), std::string_view::npos) << text;
        EXPECT_NE(text.find("--state-dir"), std::string_view::npos) << text;
    }
}

TEST_F(account_ledger_test, stays_small_with_a_full_window) {
    auto ledger = open();
    ledger.exchange(request_of(1));
    database::sqlite_connection connection(path_, database::sqlite_connection::opening::existing);
    auto query = connection.prepare("SELECT book FROM ledger");
    ASSERT_TRUE(query.step());
    auto book = read_book(query.text(0));
    query.reset();
    ASSERT_TRUE(book);
    auto& window = book->state.windows.at(0);
    for (int i = 1; i <= 1000; ++i)
        window.spend(5, book->state.now + window.grain() * i);
    const auto text = write_book(*book);
    EXPECT_LT(text.size(), 32'768U);
    auto update = connection.prepare("UPDATE ledger SET book = ?");
    update.bind_text(0, text);
    update.step();
    update.reset();
    pass(1s);
    EXPECT_EQ(ledger.exchange(request_of(1)).busy_processes, 1U);
    query.step();
    const auto after = read_book(query.text(0));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->state.windows.at(0), window) << "what is not over is all there";
}

}  // namespace
}  // namespace cardresolver::ledger
