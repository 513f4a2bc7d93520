#include "run/row_path.hpp"

#include "run/fake_output.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace cardresolver::run {
namespace {

class no_store final : public checkpoint_store {
public:
    /// `saved`: the last checkpoint; null where nobody asks.
    explicit no_store(checkpoint* saved = nullptr) : saved_(saved) {}
    void save(const checkpoint& state) override {
        if (saved_ != nullptr) *saved_ = state;
    }
    void finish() override {}
    void discard() override {}

private:
    checkpoint* saved_;
};

class row_path_test : public testing::TestWithParam<std::optional<std::size_t>> {
protected:
    /// Puts the row of the next line.
    void put(card::outcome_kind outcome) {
        card::card_outcome row;
        row.line = rows_put_ + 1;
        row.number = "1064826090209";
        row.kind = card::card_kind::msisdn;
        row.outcome = outcome;
        row.status = outcome == card::outcome_kind::resolved ? "0" : "timeout";
        path_->expect(row.line, {});
        path_->put({&row, 1});
        ++rows_put_;
    }

    std::uint64_t rows_counted() const {
        const auto& counts = path_->written();
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
    std::uint64_t statuses_counted() const {
        const auto statuses = path_->statuses();
        return std::accumulate(statuses.begin(), statuses.end(), std::uint64_t{0},
                               [](auto sum, const auto& one) { return sum + one.second; });
    }

    output_log log_;
    net::asio::io_context context_;
    std::optional<row_path> path_;
    std::uint64_t rows_put_ = 0;
};

TEST_P(row_path_test, the_counters_in_a_checkpoint_are_those_of_its_rows) {
    row_outputs outputs;
    outputs.rows = std::make_unique<fake_output>(log_, "rows", log_.rows);
    outputs.progress = std::make_unique<progress_keeper>(std::make_unique<no_store>(), checkpoint{});
    int blocks = 0;
    row_path_settings settings;
    settings.order_window = GetParam();
    settings.progress = progress_settings{0,
                                          [&] {
                                              ++blocks;
                                              EXPECT_EQ(rows_counted(), rows_put_);
                                              EXPECT_EQ(statuses_counted(), rows_put_);
                                              return run_history{};
                                          },
                                          false};
    path_.emplace(context_, std::move(outputs), std::move(settings), [] {});
    while (blocks < 3)
        put(rows_put_ % 5 == 0 ? card::outcome_kind::failed : card::outcome_kind::resolved);
    path_->finish(output_end::suspend);
    EXPECT_EQ(blocks, 4);
}

/// Those of a run that goes on were opened by an earlier process, as far as it has come.
TEST(row_path, lines_that_are_expected_at_once_are_open_but_for_those_that_were_taken_in_before) {
    output_log log;
    net::asio::io_context context;
    checkpoint before;
    before.newest_line = 3;
    before.open = {{2, 3}};
    checkpoint saved;
    row_outputs outputs;
    outputs.rows = std::make_unique<fake_output>(log, "rows", log.rows);
    outputs.progress = std::make_unique<progress_keeper>(std::make_unique<no_store>(&saved), before);
    row_path_settings settings;
    settings.progress = progress_settings{before.newest_line, [] { return run_history{}; }, false};
    row_path path(context, std::move(outputs), std::move(settings), [] {});
    ASSERT_TRUE(path.goes_straight());
    path.expect({2, 3});
    path.expect({3, 70});
    const auto put = [&](std::vector<std::uint64_t> lines) {
        card::card_outcome row;
        row.outcome = card::outcome_kind::resolved;
        row.status = "0";
        std::vector rows(lines.size(), row);
        for (std::size_t i = 0; i < lines.size(); ++i)
            rows[i].line = lines[i];
        path.put(rows);
    };
    put({5});
    put({6, 7, 20, 21, 9});
    put({30, 31});  // behind what came in another order
    put({32, 33, 34});
    path.finish(output_end::suspend);
    while (!path.is_finished())
        std::this_thread::yield();
    EXPECT_EQ(path.statuses().at("0"), 11U);
    EXPECT_EQ(saved.newest_line, 70U);
    EXPECT_EQ(saved.open, (std::vector<line_range>{{2, 4}, {8, 8}, {10, 19}, {22, 29}, {35, 70}}));
}

INSTANTIATE_TEST_SUITE_P(of, row_path_test, testing::Values(std::nullopt, std::size_t{1000}));

}  // namespace
}  // namespace cardresolver::run
