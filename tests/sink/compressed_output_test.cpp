#include "sink/compressed_output.hpp"

#include "sink/decompress.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cardresolver::sink {
namespace {

/// What the output behind saw.
struct inner_log {
    std::string bytes;
    std::vector<std::string> calls;
    bool is_full = false;
};

class inner_output final : public output {
public:
    explicit inner_output(inner_log& log) : log_(log) {}
    void write(std::string_view bytes) override {
        if (log_.is_full) throw output_error(output_error::error_kind::io, "full");
        log_.bytes += bytes;
    }
    void sync() override { log_.calls.emplace_back("sync"); }
    void commit() override { log_.calls.emplace_back("commit"); }
    void suspend() override { log_.calls.emplace_back("suspend"); }
    void discard() override { log_.calls.emplace_back("discard"); }
    std::uint64_t bytes() const noexcept override { return log_.bytes.size(); }

private:
    inner_log& log_;
};

class compressed_output_test : public testing::TestWithParam<compression> {
protected:
    decompressed read() const { return decompress(GetParam(), log_.bytes); }

    inner_log log_;
    compressed_output out_{std::make_unique<inner_output>(log_), make_encoder(GetParam())};
};

TEST_P(compressed_output_test, compresses_and_counts_what_goes_out) {
    const std::string block(1'000'000, 'a');
    for (int i = 0; i < 5; ++i)
        out_.write(block);
    out_.commit();
    EXPECT_EQ(read().text.size(), 5 * block.size());
    EXPECT_EQ(read().frames, 1U);
    EXPECT_EQ(out_.bytes(), log_.bytes.size());
    EXPECT_EQ(log_.calls, std::vector<std::string>{"commit"});
}

TEST_P(compressed_output_test, PR1_is_whole_wherever_it_was_synced) {
    std::string expected;
    for (int i = 1; i <= 4; ++i) {
        out_.write("row " + std::to_string(i) + "\n");
        expected += "row " + std::to_string(i) + "\n";
        out_.sync();
        EXPECT_EQ(read().text, expected);
        out_.sync();  // again, with nothing in between
    }
    EXPECT_EQ(read().frames, 4U);
    out_.commit();
    EXPECT_EQ(read().frames, 4U) << "no empty frame at the end";
}

TEST_P(compressed_output_test, is_whole_where_the_run_stops_early) {
    out_.write("a row\n");
    out_.suspend();
    EXPECT_EQ(read().text, "a row\n");
    EXPECT_EQ(log_.calls, std::vector<std::string>{"suspend"});
}

TEST_P(compressed_output_test, is_a_compressed_file_even_without_a_row) {
    out_.commit();
    EXPECT_EQ(read().frames, 1U);
    EXPECT_EQ(read().text, "");
}

TEST_P(compressed_output_test, writes_nothing_that_is_thrown_away) {
    out_.write("a row\n");
    out_.discard();
    EXPECT_EQ(log_.bytes, "");
    EXPECT_EQ(log_.calls, std::vector<std::string>{"discard"});
}

TEST_P(compressed_output_test, DK1_never_goes_on_after_an_error) {
    log_.is_full = true;
    out_.write("a row\n");
    EXPECT_THROW(out_.sync(), output_error);
    log_.is_full = false;
    EXPECT_THROW(out_.write("another\n"), output_error);
    EXPECT_THROW(out_.sync(), output_error);
    EXPECT_THROW(out_.commit(), output_error);
    EXPECT_NO_THROW(out_.suspend());
    EXPECT_EQ(log_.calls, std::vector<std::string>{"suspend"});
    EXPECT_EQ(log_.bytes, "");
}

INSTANTIATE_TEST_SUITE_P(all, compressed_output_test, testing::Values(compression::gzip, compression::zstd),
                         [](const auto& one) { return one.param == compression::gzip ? "gzip" : "zstd"; });

}  // namespace
}  // namespace cardresolver::sink
