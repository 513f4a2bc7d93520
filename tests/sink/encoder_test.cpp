#include "sink/encoder.hpp"

#include "sink/decompress.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cardresolver::sink {
namespace {

class each_encoder : public testing::TestWithParam<compression> {
protected:
    decompressed read(const std::string& bytes) { return decompress(GetParam(), bytes); }
    std::unique_ptr<encoder> encoder_ = make_encoder(GetParam());
};

TEST_P(each_encoder, gives_back_what_it_was_given) {
    std::string given;
    std::string out;
    for (int i = 0; i < 20'000; ++i) {
        const auto row = std::to_string(i) + ",1064826090209,msisdn,resolved\n";
        encoder_->encode(row, out);
        given += row;
    }
    encoder_->end_frame(out);
    const auto back = read(out);
    EXPECT_EQ(back.frames, 1U);
    EXPECT_TRUE(back.text == given);
    EXPECT_LT(out.size(), given.size() / 4);
}

TEST_P(each_encoder, holds_little_back_of_what_cannot_be_compressed) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string given(5'000'000, '\0');
    for (char& c : given)
        c = static_cast<char>(random());
    std::string out;
    encoder_->encode(given, out);
    EXPECT_GT(out.size() + (1U << 20U), given.size());
    encoder_->end_frame(out);
    EXPECT_TRUE(read(out).text == given);
}

TEST_P(each_encoder, PR1_ends_a_frame_so_that_a_cut_there_leaves_a_whole_file) {
    std::string out;
    std::string given;
    for (std::size_t frame = 1; frame <= 3; ++frame) {
        encoder_->encode("rows\n", out);
        given += "rows\n";
        encoder_->end_frame(out);
        const auto at_commit = out;
        encoder_->encode(std::string(3'000'000, 'x'), out);
        std::string more;
        encoder_->end_frame(more);
        given += std::string(3'000'000, 'x');
        EXPECT_EQ(read(at_commit).frames, 2 * frame - 1);
        out += more;
        EXPECT_TRUE(read(out).text == given);
        EXPECT_EQ(read(out).frames, 2 * frame);
    }
}

TEST_P(each_encoder, makes_an_empty_frame_where_nothing_was_given) {
    std::string out;
    encoder_->encode("", out);
    encoder_->end_frame(out);
    EXPECT_GT(out.size(), 0U);
    EXPECT_EQ(read(out).text, "");
    EXPECT_EQ(read(out).frames, 1U);
}

INSTANTIATE_TEST_SUITE_P(all, each_encoder, testing::Values(compression::gzip, compression::zstd),
                         [](const auto& one) { return one.param == compression::gzip ? "gzip" : "zstd"; });

TEST(compression_of, goes_by_the_ending) {
    EXPECT_EQ(compression_of("rows.csv.gz"), compression::gzip);
    EXPECT_EQ(compression_of("ROWS.NDJSON.ZST"), compression::zstd);
    EXPECT_EQ(compression_of("rows.gz"), compression::gzip);
    EXPECT_EQ(compression_of("rows.csv"), compression::none);
    EXPECT_EQ(compression_of("rows.gz.csv"), compression::none);
    EXPECT_EQ(compression_of(".gz"), compression::none);
    EXPECT_EQ(compression_of("-"), compression::none);
    EXPECT_EQ(without_compression("rows.csv.gz"), "rows.csv");
    EXPECT_EQ(without_compression("rows.ndjson.Zst"), "rows.ndjson");
    EXPECT_EQ(without_compression("rows.csv"), "rows.csv");
    EXPECT_EQ(make_encoder(compression::none), nullptr);
}

}  // namespace
}  // namespace cardresolver::sink
