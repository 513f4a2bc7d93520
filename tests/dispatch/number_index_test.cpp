#include "dispatch/number_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace cardresolver::dispatch {
namespace {

auto is(std::uint32_t id) {
    return [id](std::uint32_t candidate) { return candidate == id; };
}

/// An index whose ids stand for themselves, beside a map that does the same.
class checked_index {
public:
    explicit checked_index(std::size_t most) : index_(most) {}

    void put(std::uint32_t id, std::uint32_t hash) {
        const auto where = index_.locate(hash, is(id));
        ASSERT_EQ(index_.at(where), no_id);
        kept_[id] = {hash, index_.put(where, hash, id)};
    }
    void erase(std::uint32_t id) {
        const auto& known = kept_.at(id);
        index_.erase(known.place, [&] { return known.hash; });
        kept_.erase(id);
    }
    std::uint32_t id_at(std::size_t i) const { return std::next(kept_.begin(), static_cast<long>(i))->first; }
    std::size_t size() const { return kept_.size(); }

    /// Each id is found under its hash, and `absent` is not, wherever it may be looked for.
    void verify(std::uint32_t absent) const {
        for (const auto& [id, known] : kept_) {
            ASSERT_EQ(index_.at(index_.locate(known.hash, is(id))), id);
            ASSERT_EQ(index_.at(index_.locate(known.hash, is(absent))), no_id);
        }
    }

private:
    struct kept {
        std::uint32_t hash;
        number_index::put_place place;
    };

    number_index index_;
    std::map<std::uint32_t, kept> kept_;
};

constexpr std::uint32_t never_used = 0x7FFF'FFFF;

/// Hashes that differ much, that share their buckets, and that are all the same.
class number_index_hashes : public testing::TestWithParam<std::uint32_t> {};

TEST_P(number_index_hashes, finds_what_is_there_and_nothing_else_after_any_changes) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto mask = GetParam();
    for (const std::size_t most : {1U, 8U, 9U, 100U, 500U}) {
        checked_index index(most);
        std::uint32_t next_id = 0;
        for (int step = 0; step < 3'000; ++step) {
            if (index.size() == 0 || (random() % 3 < 2 && index.size() < most)) {
                index.put(next_id++, static_cast<std::uint32_t>(random()) & mask);
            } else {
                index.erase(index.id_at(random() % index.size()));
            }
            if (step % 50 == 0) index.verify(never_used);
        }
        index.verify(never_used);
        while (index.size() > 0)
            index.erase(index.id_at(random() % index.size()));
        index.verify(never_used);
    }
}

INSTANTIATE_TEST_SUITE_P(of, number_index_hashes,
                         testing::Values(0xFFFF'FFFFU, 0xFF00'0003U, 0x0000'003FU, 0x0000'0001U, 0U));

/// All buckets are counted past, and none says by itself that a search is at its end.
TEST(number_index, a_search_ends_where_every_bucket_was_full_once) {
    number_index index(17);  // two buckets of twelve
    const auto is_none = [](std::uint32_t) { return false; };
    const auto put = [&](std::uint32_t hash, std::uint32_t id) {
        return index.put(index.locate(hash, is_none), hash, id);
    };
    const auto zero = [] { return 0U; };
    const auto first = put(0, 0);
    const auto second = put(0, 1);
    for (std::uint32_t id = 2; id < 13; ++id)
        put(0, id);  // the last one is in the second bucket
    for (std::uint32_t id = 13; id < 24; ++id)
        put(1, id);
    index.erase(first, zero);
    put(1, 24);  // from the second to the first
    index.erase(second, zero);
    EXPECT_EQ(index.at(index.locate(0, is_none)), no_id);
    EXPECT_EQ(index.at(index.locate(1, is_none)), no_id);
    for (std::uint32_t id = 2; id < 25; ++id)
        EXPECT_EQ(index.at(index.locate(id < 13 ? 0 : 1, is(id))), id);
}

}  // namespace
}  // namespace cardresolver::dispatch
