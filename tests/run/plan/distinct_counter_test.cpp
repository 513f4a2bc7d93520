#include "run/plan/distinct_counter.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>
#include <string>

namespace cardresolver::run {
namespace {

const std::string folder = std::filesystem::temp_directory_path().string();

number_key key_of_index(std::uint64_t index) {
    const auto kind = card::all_card_kinds[index % card::card_kind_count];
    return key_of({kind, std::to_string(index)});
}

struct outcome {
    counts_by_kind found{};
    counts_by_kind expected{};
    std::size_t runs = 0;
};

/// `count` keys out of `different`, with a memory of twice `run_size`.
template <class Random>
outcome count_random(Random& random, std::size_t count, std::uint64_t different, std::size_t run_size) {
    std::uniform_int_distribution<std::uint64_t> draw(0, different - 1);
    distinct_counter counter(folder, run_size);
    std::set<std::uint64_t> seen;
    outcome result;
    for (std::size_t i = 0; i < count; ++i) {
        const auto index = draw(random);
        counter.add(key_of_index(index));
        if (seen.insert(index).second) ++result.expected[index % card::card_kind_count];
    }
    result.found = counter.finish();
    result.runs = counter.spilled_runs();
    return result;
}

TEST(distinct_counter, agrees_with_a_set_however_little_memory_it_has) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    struct shape {
        std::size_t count;
        std::uint64_t different;
        std::size_t run_size;
        bool spills;
    };
    for (const auto& [count, different, run_size, spills] :
         {shape{20'000, 1'000'000'000, 300, true}, shape{20'000, 5'000, 300, true},
          shape{20'000, 3, 300, true}, shape{5'000, 4'000, 1, true}, shape{20'000, 30'000, 19'999, true},
          shape{20'000, 10'000, 20'000, false}, shape{20'000, 10'000, 1'000'000, false}}) {
        const auto result = count_random(random, count, different, run_size);
        EXPECT_EQ(result.found, result.expected) << count << " of " << different << " by " << run_size;
        EXPECT_EQ(result.runs > 0, spills);
    }
}

TEST(distinct_counter, counts_a_list_that_fills_its_memory_exactly) {
    constexpr std::size_t run_size = 10;
    for (const std::size_t count : {0U, 1U, 9U, 10U, 11U, 20U, 21U}) {
        distinct_counter counter(folder, run_size);
        for (std::size_t i = 0; i < count; ++i)
            counter.add(key_of_index(i));
        const auto found = counter.finish();
        EXPECT_EQ(found[0] + found[1] + found[2], count);
    }
}

TEST(distinct_counter, finds_repetitions_in_other_runs) {
    distinct_counter counter(folder, 4);
    for (int round = 0; round < 5; ++round) {
        for (const std::uint64_t index : {9U, 3U, 6U})
            counter.add(key_of_index(index));
    }
    EXPECT_EQ(counter.finish(), (counts_by_kind{3, 0, 0}));
    EXPECT_EQ(counter.spilled_runs(), 4U);
}

/// Sorted lists, some of them several one after the other, with repetitions and with some disorder.
TEST(distinct_counter, agrees_with_a_set_about_lists_in_order) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 60; ++round) {
        const std::size_t run_size = 1 + random() % 3000;
        const auto segment = 1 + random() % 20'000;
        const auto step = 1 + random() % 4;
        const auto disorder = random() % 3 == 0 ? 1 + random() % 5000 : 0;
        distinct_counter counter(folder, run_size);
        std::set<std::uint64_t> seen;
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            auto serial = (i % segment) / step + i / segment * (segment / 3);
            if (disorder != 0 && random() % disorder == 0) serial = random() % 30'000;
            counter.add(key_of({card::card_kind::iccid, std::to_string(898'600'000'000 + serial)}));
            seen.insert(serial);
        }
        ASSERT_EQ(counter.finish(), (counts_by_kind{seen.size(), 0, 0}))
            << "segments of " << segment << " by " << step << ", disorder " << disorder << ", runs of "
            << run_size;
    }
}

TEST(distinct_counter, needs_little_room_for_a_sorted_list) {
    distinct_counter counter(folder, 1'000'000);
    for (std::uint64_t i = 0; i < 500'000; ++i)
        counter.add(key_of({card::card_kind::iccid, "8986" + std::to_string(1'000'000'000'000'000 + i)}));
    EXPECT_EQ(counter.finish(), (counts_by_kind{500'000, 0, 0}));
    EXPECT_EQ(counter.spilled_runs(), 0U);
}

TEST(key_run, gives_back_what_it_was_given) {
    const std::vector<number_key> keys{{0, 0},
                                       {0, 1},
                                       {0, 128},
                                       {0, 1ULL << 62U},
                                       {0, (3ULL << 62U) - 1},
                                       {1ULL << 60U, 5},
                                       {(1ULL << 60U) + 7, ~0ULL},
                                       {2ULL << 60U, 5},
                                       {3ULL << 60U, ~0ULL}};
    key_run run;
    for (const auto& key : keys) {
        ASSERT_TRUE(run.may_take(key));
        run.add({&key, 1});
        run.add(std::array{key, key});
    }
    EXPECT_FALSE(run.may_take(keys.front()));
    EXPECT_EQ(run.first, keys.front());
    EXPECT_EQ(run.last, keys.back());
    EXPECT_EQ(run.counts, (counts_by_kind{5, 2, 2}));
    number_key key;
    std::string_view rest = run.bytes;
    for (const auto& expected : keys) {
        ASSERT_FALSE(rest.empty());
        take_key(rest, key);
        EXPECT_EQ(key, expected);
    }
    EXPECT_TRUE(rest.empty());
}

TEST(distinct_counter, says_where_the_temporary_file_cannot_be) {
    distinct_counter counter("/nonexistent/folder", 1);
    const auto overflow = [&] {
        for (std::uint64_t i = 0; i < 3; ++i)
            counter.add(key_of_index(i));
        counter.finish();
    };
    try {
        overflow();
        FAIL() << "nothing was thrown";
    } catch (const spill_error& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("/nonexistent/folder"), std::string::npos) << text;
        EXPECT_NE(text.find("TMPDIR"), std::string::npos) << text;
    }
}

TEST(distinct_counter, leaves_nothing_in_the_folder) {
    auto pattern = folder + "/distinct-XXXXXX";
    const std::filesystem::path own = ::mkdtemp(pattern.data());
    distinct_counter counter(own.string(), 2);
    for (std::uint64_t i = 0; i < 9; ++i)
        counter.add(key_of_index(i));
    counter.finish();
    EXPECT_GT(counter.spilled_runs(), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(own)) << "while it is still in use";
    std::filesystem::remove(own);
}

}  // namespace
}  // namespace cardresolver::run
