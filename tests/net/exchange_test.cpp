#include "net/exchange.hpp"

#include "net/event_loop.hpp"

#include <boost/beast/_experimental/test/stream.hpp>
#include <gtest/gtest.h>

namespace cardresolver::net {
namespace {

namespace test = boost::beast::test;
using stream = test::basic_stream<executor>;
using card::failure_kind;
using card::failure_stage;
using testing::run_until_done;

constexpr std::string_view request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::string_view sized_reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked_reply =
    "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
    "chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

/// One exchange over a stream in memory.
class exchange_test : public ::testing::Test {
protected:
    /// The peer's `reply` is there from the start; then it closes, where `closes`.
    std::optional<card::failure> exchange(std::string_view reply, bool closes, bool carried_before = false) {
        stream local(context_);
        return exchange_over(local, reply, closes, carried_before);
    }

    std::optional<card::failure> exchange_over(stream& local, std::string_view reply, bool closes,
                                               bool carried_before = false) {
        stream remote(context_);
        local.connect(remote);
        local.append({reply.data(), reply.size()});
        if (closes) remote.close();
        reader_.start(reply_reader::expects::reply);
        std::optional<card::failure> failed;
        run_until_done(context_, perform(local, carried_before, failed));
        written_ = remote.str();
        return failed;
    }

    task<void> perform(stream& local, bool carried_before, std::optional<card::failure>& failed) {
        failed = co_await async_exchange(local, reader_, request, ended_, carried_before);
    }

    asio::io_context context_;
    buffer_pool buffers_;
    reply_reader reader_{64 * 1024, buffers_};
    interruption ended_ = interruption::none;
    std::string written_;
};

TEST_F(exchange_test, writes_the_request_once_and_reads_the_reply) {
    EXPECT_FALSE(exchange(sized_reply, false));
    EXPECT_EQ(written_, request);
    EXPECT_EQ(reader_.body(), "hello");
    EXPECT_TRUE(reader_.allows_reuse());
}

TEST_F(exchange_test, NW4_reads_a_reply_that_drips) {
    for (const auto reply : {sized_reply, chunked_reply}) {
        stream local(context_);
        local.read_size(1);
        EXPECT_FALSE(exchange_over(local, reply, false));
        EXPECT_EQ(reader_.body(), "hello");
    }
}

TEST_F(exchange_test, NW3_every_failing_step_is_a_failure_until_none_fails) {
    for (const auto reply : {sized_reply, chunked_reply}) {
        std::size_t step = 0;
        for (;; ++step) {
            ASSERT_LT(step, 1000U);
            test::fail_count fail(step);
            stream local(context_, fail);
            local.read_size(7);
            local.write_size(11);
            const auto failed = exchange_over(local, reply, false);
            if (!failed) break;
            EXPECT_FALSE(reader_.allows_reuse());
            EXPECT_TRUE(failed->may_have_been_sent());
        }
        EXPECT_GT(step, 5U);
        EXPECT_EQ(reader_.body(), "hello");
    }
}

TEST_F(exchange_test, NW3_a_reply_cut_at_any_byte_is_closed_and_not_stale) {
    for (const auto reply : {sized_reply, chunked_reply}) {
        for (std::size_t size = 1; size < reply.size(); ++size) {
            const auto failed = exchange(reply.substr(0, size), true, true);
            ASSERT_TRUE(failed) << size;
            EXPECT_EQ(failed->stage, failure_stage::read);
            EXPECT_EQ(failed->kind, failure_kind::closed);
        }
    }
}

TEST_F(exchange_test, a_reply_may_end_with_the_stream) {
    EXPECT_FALSE(exchange("HTTP/1.1 200 OK\r\n\r\nhello", true));
    EXPECT_EQ(reader_.body(), "hello");
    EXPECT_FALSE(reader_.allows_reuse());
}

TEST_F(exchange_test, NW7_an_end_before_the_first_byte_is_stale_only_on_a_used_connection) {
    const auto used = exchange("", true, true);
    ASSERT_TRUE(used);
    EXPECT_EQ(used->kind, failure_kind::stale);
    EXPECT_FALSE(used->may_have_been_sent());
    const auto fresh = exchange("", true, false);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->kind, failure_kind::closed);
    EXPECT_TRUE(fresh->may_have_been_sent());
}

TEST_F(exchange_test, the_cause_of_an_end_is_ours_where_we_caused_it) {
    ended_ = interruption::deadline;
    EXPECT_EQ(exchange("", true, true)->kind, failure_kind::timeout);
    EXPECT_EQ(exchange("HTTP/1.1 200 OK\r\nContent-Le", true)->stage, failure_stage::read);
    ended_ = interruption::closing;
    EXPECT_EQ(exchange("", true, true)->kind, failure_kind::cancelled);
}

TEST_F(exchange_test, a_broken_reply_is_a_protocol_failure_without_its_bytes) {
    const auto failed = exchange("HTTP/1.1 200 OK\r\nContent-Length: secret\r\n\r\n", false);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->stage, failure_stage::read);
    EXPECT_EQ(failed->kind, failure_kind::protocol);
    EXPECT_EQ(failed->detail.find("secret"), std::string::npos);
}

TEST_F(exchange_test, reads_reply_after_reply_with_one_reader) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(exchange(chunked_reply, false, i != 0));
        EXPECT_EQ(reader_.body(), "hello");
    }
}

}  // namespace
}  // namespace cardresolver::net
