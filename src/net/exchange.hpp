// One request out, one reply in, over any stream: the same lines run over TLS, over plain TCP and, in the
// tests, over a stream in memory that fails wherever a test wants it to.
#pragma once

#include "card/failure.hpp"
#include "net/async.hpp"
#include "net/failure_map.hpp"
#include "net/reply_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::net {

/// The free space of a reader, looked at when there is something to put there: until then, a connection that
/// waits needs no buffer. (Over plain TCP Asio looks at once.) A `MutableBufferSequence` of one; a copy has a
/// space of its own.
class late_space {
public:
    using value_type = asio::mutable_buffer;
    using const_iterator = const value_type*;

    explicit late_space(reply_reader& reader) noexcept : reader_(&reader) {}
    const_iterator begin() const {
        const auto space = reader_->space();
        space_ = asio::buffer(space.bytes, space.size);
        return &space_;
    }
    const_iterator end() const noexcept { return &space_ + 1; }

private:
    reply_reader* reader_;
    mutable asio::mutable_buffer space_;
};

/// Writes `request` and reads until `reader`, which has been started, has the whole reply. Nothing: it has.
/// `ended` is looked at when the stream reports an error: it says whether we were the cause.
/// `carried_before`: the stream has carried a whole exchange before this one.
template <class Stream>
task<std::optional<card::failure>> async_exchange(Stream& stream, reply_reader& reader,
                                                  std::string_view request, const interruption& ended,
                                                  bool carried_before) {
    using card::failure;
    using card::failure_kind;
    using card::failure_stage;
    // Nearly always there is room for all of it: then nothing is waited for.
    boost::system::error_code write_error;
    auto rest = asio::buffer(request.data(), request.size());
    rest += stream.write_some(rest, write_error);
    if (write_error == asio::error::would_block || (!write_error && rest.size() != 0)) {
        const auto [error, written] = co_await asio::async_write(stream, rest, use_tuple);
        write_error = error;
    }
    if (write_error) {
        if (ended != interruption::none) {
            co_return interrupted(failure_stage::write, ended, "the request was not taken in time");
        }
        co_return transfer_failure(failure_stage::write, write_error, carried_before);
    }
    for (;;) {
        const auto [read_error, size] = co_await stream.async_read_some(late_space(reader), use_tuple);
        auto progress = reader.received(size);
        // An orderly end, by FIN or by close_notify, may be how the reply ends (RFC 9112 section 9.8). Under
        // TLS a FIN alone is another error code, so that a reply that was cut short is never taken for whole.
        const bool orderly_end = read_error == asio::error::eof && reader.has_begun();
        if (progress == reply_reader::progress::more && orderly_end) progress = reader.ended();
        if (progress == reply_reader::progress::complete) co_return std::nullopt;
        if (progress == reply_reader::progress::broken) {
            const auto kind = orderly_end ? failure_kind::closed : failure_kind::protocol;
            co_return failure(failure_stage::read, kind, std::string(reader.problem()));
        }
        if (!read_error) continue;
        if (ended != interruption::none) {
            co_return interrupted(failure_stage::read, ended, "no complete reply in time");
        }
        co_return transfer_failure(failure_stage::read, read_error, carried_before && !reader.has_begun());
    }
}

}  // namespace cardresolver::net
