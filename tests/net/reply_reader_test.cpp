#include "net/reply_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace cardresolver::net {
namespace {

using progress = reply_reader::progress;
using expects = reply_reader::expects;

constexpr std::size_t limit = 64 * 1024;

buffer_pool buffers;

/// Gives `bytes` in pieces of at most `piece`, until the reader wants no more.
progress feed(reply_reader& reader, std::string_view bytes, std::size_t piece = std::string_view::npos) {
    auto last = progress::more;
    while (!bytes.empty() && last == progress::more) {
        const auto space = reader.space();
        const auto size = std::min({space.size, bytes.size(), piece});
        if (size == 0) {
            ADD_FAILURE() << "no space for more";
            break;
        }
        std::memcpy(space.bytes, bytes.data(), size);
        bytes.remove_prefix(size);
        last = reader.received(size);
    }
    return last;
}

progress read(reply_reader& reader, std::string_view bytes, std::size_t piece = std::string_view::npos) {
    reader.start(expects::reply);
    return feed(reader, bytes, piece);
}

/// What is wrong with the reply; empty: nothing, or not yet.
std::string problem_of(std::string_view bytes) {
    reply_reader reader(limit, buffers);
    const auto whole = read(reader, bytes);
    const std::string found(reader.problem());
    const auto by_byte = read(reader, bytes, 1);
    EXPECT_EQ(whole, by_byte) << "the pieces matter";
    EXPECT_EQ(reader.problem(), found) << "the pieces matter";
    EXPECT_EQ(whole == progress::broken, !found.empty());
    return found;
}

TEST(reply_reader, reads_a_sized_body) {
    reply_reader reader(limit, buffers);
    ASSERT_EQ(
        read(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: now\r\nRetry-After:  7 \r\n\r\nhello"),
        progress::complete);
    EXPECT_EQ(reader.status(), 200U);
    EXPECT_EQ(reader.body(), "hello");
    EXPECT_EQ(reader.date(), "now");
    EXPECT_EQ(reader.retry_after(), "7");
    EXPECT_EQ(reader.content_encoding(), "");
    EXPECT_TRUE(reader.allows_reuse());
}

TEST(reply_reader, reads_a_sized_body_in_any_pieces) {
    constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world";
    reply_reader reader(limit, buffers);
    for (std::size_t piece = 1; piece <= reply.size(); ++piece) {
        ASSERT_EQ(read(reader, reply, piece), progress::complete) << piece;
        EXPECT_EQ(reader.body(), "hello, world") << piece;
        ASSERT_EQ(read(reader, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", piece), progress::complete);
        EXPECT_EQ(reader.body(), "") << "of the reply before";
    }
}

TEST(reply_reader, copies_no_body_that_comes_in_one_piece) {
    reply_reader reader(limit, buffers);
    reader.start(expects::reply);
    ASSERT_EQ(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), progress::more);
    const char* const where_it_came = reader.space().bytes;
    ASSERT_EQ(feed(reader, "hello"), progress::complete);
    EXPECT_EQ(reader.body(), "hello");
    EXPECT_EQ(reader.body().data(), where_it_came);
}

TEST(reply_reader, gives_its_buffer_to_the_next_one_that_reads) {
    buffer_pool few;
    reply_reader first(limit, few);
    reply_reader second(limit, few);
    ASSERT_EQ(read(first, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), progress::complete);
    const void* const lent = first.body().data();
    ASSERT_EQ(read(second, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nworld"), progress::complete);
    EXPECT_EQ(first.body(), "hello") << "it is still to be looked at";
    EXPECT_NE(second.body().data(), lent);
    first.start(expects::reply);
    ASSERT_EQ(read(first, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthird"), progress::complete);
    EXPECT_EQ(first.body().data(), lent) << "what was given back last is lent first";
    EXPECT_EQ(second.body(), "world");
}

TEST(reply_reader, reads_chunks_extensions_and_trailers) {
    reply_reader reader(limit, buffers);
    constexpr std::string_view reply =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Encoding: gzip\r\n\r\n"
        "5;a=b\r\nhello\r\n00A ;x=\"y\"\r\n, world!!!\r\n0\r\nX-Sum: 1\r\n\r\n";
    for (std::size_t piece = 1; piece <= reply.size(); ++piece) {
        ASSERT_EQ(read(reader, reply, piece), progress::complete) << piece;
        EXPECT_EQ(reader.body(), "hello, world!!!");
        EXPECT_EQ(reader.content_encoding(), "gzip");
        EXPECT_TRUE(reader.allows_reuse());
    }
}

TEST(reply_reader, reads_an_empty_chunked_body_in_any_pieces) {
    constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= reply.size(); ++piece) {
        reply_reader reader(limit, buffers);
        EXPECT_EQ(read(reader, reply, piece), progress::complete) << piece;
        EXPECT_EQ(reader.body(), "");
    }
}

TEST(reply_reader, a_body_without_length_ends_with_the_connection) {
    reply_reader reader(limit, buffers);
    ASSERT_EQ(read(reader, "HTTP/1.1 200 OK\r\n\r\nhello"), progress::more);
    ASSERT_EQ(reader.ended(), progress::complete);
    EXPECT_EQ(reader.body(), "hello");
    EXPECT_FALSE(reader.allows_reuse());
}

TEST(reply_reader, HT7_reuse_is_what_both_sides_agree_on) {
    const auto reusable = [](std::string_view head) {
        reply_reader reader(limit, buffers);
        EXPECT_EQ(read(reader, head), progress::complete) << head;
        return reader.allows_reuse();
    };
    EXPECT_TRUE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, CLOSE\r\n\r\n"));
    EXPECT_FALSE(reusable("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_TRUE(reusable("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(reply_reader, HT6_bytes_after_the_reply_forbid_reuse) {
    reply_reader reader(limit, buffers);
    ASSERT_EQ(read(reader, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n"),
              progress::complete);
    EXPECT_EQ(reader.body(), "ok");
    EXPECT_TRUE(reader.has_left_over());
    EXPECT_FALSE(reader.allows_reuse());
    ASSERT_EQ(read(reader, "HTTP/1.1 204 No Content\r\n\r\n"), progress::complete);
    EXPECT_EQ(reader.status(), 204U) << "what was left over is no part of the next reply";
}

TEST(reply_reader, HT1_every_status_is_handed_through) {
    reply_reader reader(limit, buffers);
    for (unsigned status = 200; status <= 999; ++status) {
        const auto head = "HTTP/1.1 " + std::to_string(status) + " What\r\nContent-Length: 0\r\n\r\n";
        ASSERT_EQ(read(reader, head), progress::complete) << status;
        EXPECT_EQ(reader.status(), status);
    }
    EXPECT_EQ(read(reader, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), progress::complete)
        << "no reason phrase";
}

TEST(reply_reader, HT1_interim_replies_are_passed_over) {
    reply_reader reader(limit, buffers);
    for (unsigned status = 100; status <= 199; ++status) {
        if (status == 101) continue;
        const auto replies =
            "HTTP/1.1 " + std::to_string(status) +
            " Early\r\nLink: x\r\nRetry-After: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        ASSERT_EQ(read(reader, replies), progress::complete) << status;
        EXPECT_EQ(reader.status(), 200U);
        EXPECT_EQ(reader.retry_after(), "");
        EXPECT_EQ(reader.body(), "ok");
    }
    EXPECT_NE(problem_of("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "");
    std::string flood;
    for (int i = 0; i <= reply_reader::interim_limit; ++i)
        flood += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_NE(problem_of(flood), "");
}

TEST(reply_reader, HT1_no_body_where_there_can_be_none) {
    reply_reader reader(limit, buffers);
    EXPECT_EQ(read(reader, "HTTP/1.1 204 No Content\r\n\r\n"), progress::complete);
    EXPECT_EQ(read(reader, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), progress::complete);
    EXPECT_EQ(reader.body(), "");
}

TEST(reply_reader, HT2_refuses_ambiguous_framing) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    for (const std::string& head : {
             std::string("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
             std::string("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"),
             std::string("Content-Length: 2\r\nContent-Length: 2\r\n"),
             std::string("Content-Length: 2\r\nContent-Length: 3\r\n"),
             std::string("Content-Length: 2, 2\r\n"),
             std::string("Content-Length: -2\r\n"),
             std::string("Content-Length: +2\r\n"),
             std::string("Content-Length: 0x2\r\n"),
             std::string("Content-Length: 2 2\r\n"),
             std::string("Content-Length: \r\n"),
             std::string("Content-Length: 18446744073709551618\r\n"),
             std::string("Content-Length: 99999999999999999999999999\r\n"),
             std::string("Content-Length: 2\r\n\tx\r\n"),
             std::string("Transfer-Encoding: xchunked\r\n"),
             std::string("Transfer-Encoding: gzip\r\n"),
             std::string("Transfer-Encoding: gzip, chunked\r\n"),
             std::string("Transfer-Encoding: chunked, identity\r\n"),
             std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
             std::string("Transfer-Encoding: \"chunked\"\r\n"),
             std::string("Transfer-Encoding:\r\n"),
             std::string("Transfer-Encoding: chunked\r\n folded\r\n"),
             std::string("Transfer-Encoding : chunked\r\n"),
             std::string("Content-Length : 2\r\n"),
             std::string(" Content-Length: 2\r\n"),
             std::string("Content-Length\r\n"),
             std::string(": 2\r\n"),
             std::string("X: a\nContent-Length: 2\r\n"),
             std::string("X: a\rContent-Length: 2\r\n"),
             std::string("X: a\r\r\n"),
             std::string("X: a\0b\r\n", 8),
             std::string("X: a\x0b\r\n"),
             std::string("X\x80: a\r\n"),
             std::string("X(: a\r\n"),
         }) {
        EXPECT_NE(problem_of(ok + head + "\r\n"), "") << head;
    }
    EXPECT_NE(problem_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "");
    EXPECT_NE(problem_of("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), "");
    EXPECT_NE(problem_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok"), "");
}

TEST(reply_reader, HT2_refuses_what_is_no_status_line) {
    for (const auto* const line :
         {"HTTP/1.1 099 Low", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1  200 OK",
          "HTTP/1.1\t200 OK", "HTTP/1.2 200 OK", "HTTP/2 200", "HTTP/0.9 200 OK", "http/1.1 200 OK",
          "ICY 200 OK", "<html>", "\x16\x03\x01", " HTTP/1.1 200 OK", "\r\nHTTP/1.1 200 OK",
          "HTTP/1.1 200 O\x01K", "HTTP/1.1 200-OK"}) {
        EXPECT_NE(problem_of(std::string(line) + "\r\nContent-Length: 0\r\n\r\n"), "") << line;
    }
}

TEST(reply_reader, HT2_refuses_broken_chunks) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& body : {std::string("g\r\nx\r\n"),
                                    std::string("-1\r\nx\r\n"),
                                    std::string("+1\r\nx\r\n"),
                                    std::string("0x1\r\nx\r\n"),
                                    std::string(" 1\r\nx\r\n"),
                                    std::string("\r\nx\r\n"),
                                    std::string(";a\r\nx\r\n"),
                                    std::string("1 2\r\nx\r\n"),
                                    std::string("1\nx\r\n"),
                                    std::string("1\r\nxy\r\n"),
                                    std::string("1\r\nx\n0\r\n\r\n"),
                                    std::string("1\r\nx0\r\n\r\n"),
                                    std::string("1;a\n\r\nx\r\n"),
                                    std::string("1;a\rb\r\nx\r\n"),
                                    std::string("1;\0\r\nx\r\n", 8),
                                    std::string("1 \r\nx\r\n"),
                                    std::string("ffffffffffffffff1\r\nx\r\n"),
                                    std::string("ffffffffffffffff\r\nx\r\n"),
                                    std::string("0\r\nContent-Length: 3\r\n\r\n"),
                                    std::string("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
                                    std::string("0\r\n folded\r\n\r\n"),
                                    std::string("0\r\nX: a\n\r\n"),
                                    std::string("0\r\nno colon\r\n\r\n"),
                                    std::string("0\n\n"),
                                    std::string("0\r\n\n")}) {
        EXPECT_NE(problem_of(head + body), "") << body;
    }
}

TEST(reply_reader, HT2_bounds_heads_extensions_and_trailers) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string long_text(20'000, 'x');
    EXPECT_NE(problem_of(ok + "X: " + long_text + "\r\n\r\n"), "");
    EXPECT_NE(problem_of(ok + "X: " + long_text), "") << "not waited for";
    std::string many = ok;
    for (int i = 0; i < 10'000; ++i)
        many += "X: y\r\n";
    EXPECT_NE(problem_of(many + "\r\n"), "");
    EXPECT_NE(problem_of(chunked + "1;" + long_text + "\r\nx\r\n0\r\n\r\n"), "");
    EXPECT_NE(problem_of(chunked + "1;" + long_text), "");
    EXPECT_NE(problem_of(chunked + "0\r\nX: " + long_text + "\r\n\r\n"), "");
    std::string drip = chunked;
    for (int i = 0; i < 2'000; ++i)
        drip += "1;extension\r\nx\r\n";
    EXPECT_NE(problem_of(drip), "");
    reply_reader reader(limit, buffers);
    EXPECT_EQ(read(reader, ok + "Content-Length: 0\r\nX: " + std::string(16'000, 'x') + "\r\n\r\n"),
              progress::complete);
}

TEST(reply_reader, HT3_bounds_the_body) {
    const auto sized = [](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    reply_reader reader(limit, buffers);
    EXPECT_EQ(read(reader, sized(limit)), progress::complete);
    EXPECT_EQ(reader.body().size(), limit);
    EXPECT_EQ(read(reader, sized(limit + 1)), progress::broken);
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(read(reader, chunked + "10000\r\n" + std::string(limit, 'x') + "\r\n0\r\n\r\n"),
              progress::complete);
    EXPECT_EQ(read(reader, chunked + "10001\r\n"), progress::broken);
    EXPECT_EQ(read(reader, chunked + "1\r\nx\r\n10000\r\n"), progress::broken);
    EXPECT_EQ(read(reader, "HTTP/1.1 200 OK\r\n\r\n" + std::string(limit, 'x')), progress::more);
    EXPECT_EQ(read(reader, "HTTP/1.1 200 OK\r\n\r\n" + std::string(limit + 1, 'x')), progress::broken);
}

TEST(reply_reader, NW3_a_reply_cut_anywhere_is_no_reply) {
    for (const std::string_view reply :
         {std::string_view(
              "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
          std::string_view(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n")}) {
        for (std::size_t size = 0; size < reply.size(); ++size) {
            reply_reader reader(limit, buffers);
            ASSERT_EQ(read(reader, reply.substr(0, size)), progress::more) << size;
            EXPECT_EQ(reader.has_begun(), size != 0);
            ASSERT_EQ(reader.ended(), progress::broken) << size;
            EXPECT_FALSE(reader.allows_reuse());
        }
    }
}

TEST(reply_reader, the_answer_to_connect_has_no_body) {
    reply_reader reader(limit, buffers);
    reader.start(expects::tunnel_head);
    EXPECT_EQ(feed(reader, "HTTP/1.1 200 Connected\r\nContent-Length: 7\r\n\r\n"), progress::complete);
    EXPECT_FALSE(reader.has_left_over());
}

/// A reader by other people, as an oracle: on well-formed replies both must agree, however they are cut.
TEST(reply_reader, agrees_with_beast_on_well_formed_replies) {
    namespace http = boost::beast::http;
    std::mt19937 random(20'240'229);  // NOLINT(cert-msc51-cpp): the same every time
    const auto upto = [&](unsigned most) { return random() % (most + 1); };
    reply_reader reader(limit, buffers);
    for (int round = 0; round < 500; ++round) {
        std::string body(upto(3'000), '\0');
        for (auto& c : body)
            c = static_cast<char>(upto(255));
        std::string reply = "HTTP/1.1 " + std::to_string(200 + upto(99) * 3) + " x\r\n";
        for (auto fields = upto(5); fields > 0; --fields)
            reply += "X-" + std::to_string(upto(999)) + ": v \r\n";
        if (upto(1) == 0) {
            reply += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        } else {
            reply += "Transfer-Encoding: chunked\r\n\r\n";
            for (std::string_view rest = body; !rest.empty();) {
                const auto piece = rest.substr(0, 1 + upto(700));
                rest.remove_prefix(piece.size());
                char size[16];
                std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
                reply += size + std::string(piece) + "\r\n";
            }
            reply += "0\r\n\r\n";
        }
        http::response_parser<http::string_body> oracle;
        oracle.eager(true);
        boost::system::error_code ec;
        oracle.put(boost::asio::buffer(reply), ec);
        ASSERT_FALSE(ec) << ec.message();
        const bool bodiless = oracle.get().result_int() == 304;
        ASSERT_EQ(read(reader, reply, 1 + upto(2'000)), progress::complete);
        EXPECT_EQ(reader.status(), oracle.get().result_int());
        EXPECT_EQ(reader.body(), oracle.get().body());
        EXPECT_EQ(reader.allows_reuse(), oracle.get().keep_alive() || bodiless);
    }
}

}  // namespace
}  // namespace cardresolver::net
