#include "run/progress_keeper.hpp"

#include "run/checkpoint_file.hpp"
#include "run/earlier_work.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace cardresolver::run {
namespace {

class progress_keeper_test : public testing::Test {
protected:
    progress_keeper keeper(const checkpoint& from = {}) const {
        return {std::make_unique<checkpoint_file>(path_), from};
    }
    checkpoint saved() const { return checkpoint_file(path_).load().value(); }

    static source::input_position position(std::uint64_t lines) {
        return {lines * 20, lines, {lines * 21, 0}, {}};
    }

    support::temporary_folder folder_;
    std::string path_ = folder_.path_of("out.csv.checkpoint");
};

TEST_F(progress_keeper_test, remembers_what_is_open_and_where_to_find_it) {
    {
        auto keep = keeper();
        progress_note note;
        note.positions = {position(0), position(3)};
        for (const std::uint64_t line : {1U, 2U, 3U, 4U, 6U})
            note.opened.add(line);
        note.closed.add(1);
        note.closed.add(3);
        note.history = std::make_unique<run_history>();
        note.history->counts.requests.sent = 17;
        keep.take(std::move(note));
        keep.save({100, 1}, {});
    }
    const auto state = saved();
    EXPECT_EQ(state.position, position(0));
    EXPECT_EQ(state.newest_line, 6U);
    EXPECT_EQ(state.open, (std::vector<line_range>{{2, 2}, {4, 4}, {6, 6}}));
    EXPECT_EQ(state.rows, (sink::output_mark{100, 1}));
    EXPECT_EQ(read_history(state.history)->counts.requests.sent, 17U);
}

/// One process: reads from the position that it is given, asks what is open or new, gives rows in any order,
/// saves now and then, and is killed after `steps`. Returns the rows that it has made durable.
std::vector<std::uint64_t> work(progress_keeper keep, const checkpoint& from,
                                const std::vector<std::uint64_t>& list, std::size_t steps,
                                std::mt19937& random) {
    earlier_work earlier(from);
    std::vector<std::uint64_t> durable;
    std::vector<std::uint64_t> unsaved;
    std::vector<std::uint64_t> asked;
    progress_note note;
    auto next = std::upper_bound(list.begin(), list.end(), earlier.resumption().from.lines);
    for (std::size_t step = 0; step < steps; ++step) {
        if (next != list.end() && (asked.size() < 20 || random() % 2 == 0)) {
            const auto line = *next++;
            if (line % 16 == 1) note.positions.push_back({0, line - 1, {}, {}});
            if (earlier.is_done(line)) continue;
            if (line > earlier.newest_line()) note.opened.add(line);
            asked.push_back(line);
        } else if (!asked.empty()) {
            std::swap(asked[random() % asked.size()], asked.back());
            note.closed.add(asked.back());
            unsaved.push_back(asked.back());
            asked.pop_back();
        }
        if (random() % 50 != 0) continue;
        keep.take(std::exchange(note, {}));
        keep.save({1, 0}, {});
        durable.insert(durable.end(), unsaved.begin(), unsaved.end());
        unsaved.clear();
    }
    return durable;
}

TEST_F(progress_keeper_test, PR1_each_record_has_one_row_over_all_processes) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<std::uint64_t> list;  // the lines of its records
    for (std::uint64_t line = 1; line < 3000; line += random() % 10 == 0 ? 3 : 1)
        list.push_back(line);
    std::vector<std::uint64_t> rows;
    checkpoint state;
    checkpoint_file(path_).save(state);
    for (int process = 0; process < 1000 && rows.size() < list.size(); ++process) {
        const auto more = work(keeper(state), state, list, random() % 400, random);
        rows.insert(rows.end(), more.begin(), more.end());
        state = saved();
    }
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, list);
}

TEST(earlier_work_test, a_new_run_has_none) {
    earlier_work none(std::nullopt);
    EXPECT_FALSE(none.is_done(1));
    EXPECT_EQ(none.rows(), 0U);
    EXPECT_EQ(none.resumption().from, source::input_position{});
}

TEST(earlier_work_test, counters_that_cannot_be_read_are_damage) {
    checkpoint state;
    state.history = "{";
    EXPECT_THROW(earlier_work{state}, sink::output_error);
}

}  // namespace
}  // namespace cardresolver::run
