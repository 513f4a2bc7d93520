#include "net/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace cardresolver::net {

reply_reader::reply_reader(std::size_t body_limit, buffer_pool& buffers)
    : buffers_(buffers), body_limit_(body_limit) {}

void reply_reader::start(expects what) {
    if (buffer_) buffers_.give_back(std::move(buffer_));
    expects_ = what;
    state_ = state::head;
    begin_ = end_ = scanned_ = 0;
    interim_ = 0;
    overhead_ = 0;
    ended_by_close_ = false;
    begun_ = false;
    body_.clear();
    whole_body_ = {};
    problem_ = {};
}

reply_reader::free_space reply_reader::space() {
    if (!buffer_) buffer_ = buffers_.lend();
    // What is not yet taken is at most a line or a head, so moving it to the front is cheap and rare.
    if (begin_ != 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {buffer_.get() + end_, buffer_pool::buffer_size - end_};
}

reply_reader::progress reply_reader::received(std::size_t size) {
    end_ += size;
    begun_ = begun_ || size != 0;
    advance();
    if (state_ == state::complete) return progress::complete;
    return state_ == state::broken ? progress::broken : progress::more;
}

reply_reader::progress reply_reader::ended() {
    if (state_ == state::body_to_end) {
        ended_by_close_ = true;
        state_ = state::complete;
        return progress::complete;
    }
    fail("the reply ends before its end");
    return progress::broken;
}

bool reply_reader::allows_reuse() const noexcept {
    return state_ == state::complete && head_.keeps_connection() && !ended_by_close_ && !has_left_over();
}

void reply_reader::advance() {
    while (step()) {
    }
    if (begin_ == end_) begin_ = end_ = 0;
}

/// Takes what it can; false where it needs more bytes or none.
bool reply_reader::step() {
    switch (state_) {
        case state::head:
            return step_head();
        case state::sized_body:
        case state::body_to_end:
        case state::chunk_body:
            return step_body();
        case state::chunk_size:
            return step_chunk_size();
        case state::chunk_end:
            return step_chunk_end();
        case state::trailer:
            return step_trailer();
        case state::complete:
        case state::broken:
            break;
    }
    return false;
}

bool reply_reader::fail(std::string_view why) {
    problem_ = why;
    state_ = state::broken;
    return false;
}

bool reply_reader::step_head() {
    constexpr std::string_view protocol = "HTTP/1.";
    const auto bytes = unread();
    // Told from the first bytes, so that a peer that speaks something else is not waited for.
    const auto prefix = bytes.substr(0, protocol.size());
    if (prefix != protocol.substr(0, prefix.size())) return fail("not an HTTP/1 reply");
    for (;;) {
        const auto line_end = bytes.find('\n', scanned_);
        if (line_end == std::string_view::npos) {
            scanned_ = bytes.size();
            return bytes.size() > head_limit ? fail("a head of more than 16 KiB") : false;
        }
        if (line_end == 0 || bytes[line_end - 1] != '\r') return fail("a line that does not end in CR LF");
        scanned_ = line_end + 1;
        if (scanned_ > head_limit) return fail("a head of more than 16 KiB");
        if (bytes.substr(0, scanned_).ends_with("\r\n\r\n")) break;
    }
    const auto size = scanned_;
    scanned_ = 0;
    finish_head(bytes.substr(0, size));
    begin_ += size;
    return state_ != state::broken;
}

void reply_reader::finish_head(std::string_view text) {
    if (const auto wrong = read_head(text, head_)) {
        fail(*wrong);
        return;
    }
    if (head_.status < 200) {
        // RFC 9110 section 15.2: interim replies come before the final one. A switch of protocols was never
        // asked for.
        if (head_.status == 101) {
            fail("101 Switching Protocols, unasked");
        } else if (++interim_ > interim_limit) {
            fail("too many interim (1xx) replies");
        }
        return;
    }
    retry_after_.assign(head_.retry_after);
    date_.assign(head_.date);
    content_encoding_.assign(head_.content_encoding);
    choose_body();
}

/// RFC 9112 section 6.3, for a client.
void reply_reader::choose_body() {
    if (expects_ == expects::tunnel_head || head_.status == 204 || head_.status == 304) {
        state_ = state::complete;
    } else if (head_.chunked) {
        state_ = state::chunk_size;
    } else if (!head_.content_length) {
        state_ = state::body_to_end;
    } else if (*head_.content_length > body_limit_) {
        fail("a body over the limit");
    } else {
        remaining_ = *head_.content_length;
        state_ = remaining_ == 0 ? state::complete : state::sized_body;
    }
}

bool reply_reader::take_body(std::size_t size) {
    if (size > body_limit_ - body_.size()) return fail("a body over the limit");
    body_.append(unread().substr(0, size));
    begin_ += size;
    return true;
}

/// A sized body that is there as a whole stays where it is.
bool reply_reader::take_whole_body() {
    const auto size = static_cast<std::size_t>(remaining_);
    whole_body_ = unread().substr(0, size);
    begin_ += size;
    state_ = state::complete;
    return true;
}

bool reply_reader::step_body() {
    const auto available = end_ - begin_;
    if (available == 0) return false;
    if (state_ == state::body_to_end) return take_body(available);
    if (state_ == state::sized_body && body_.empty()) {
        if (available >= remaining_) return take_whole_body();
        body_.reserve(static_cast<std::size_t>(remaining_));
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(available, remaining_));
    if (!take_body(size)) return false;
    remaining_ -= size;
    if (remaining_ == 0) state_ = state_ == state::sized_body ? state::complete : state::chunk_end;
    return true;
}

/// A whole line without its CR LF; false where it is not there yet, or broken.
bool reply_reader::take_line(std::string_view& line) {
    const auto bytes = unread();
    const auto line_end = bytes.find('\n', scanned_);
    if (line_end == std::string_view::npos) {
        scanned_ = bytes.size();
        return overhead_ + bytes.size() > head_limit ? fail("chunk extensions or trailers over 16 KiB")
                                                     : false;
    }
    scanned_ = 0;
    if (line_end == 0 || bytes[line_end - 1] != '\r') return fail("a chunk line that does not end in CR LF");
    line = bytes.substr(0, line_end - 1);
    if (!is_field_content(line)) return fail("a control character in a chunk line");
    begin_ += line_end + 1;
    return true;
}

/// chunk-size [ chunk-ext ] (RFC 9112 section 7.1); extensions are passed over.
bool reply_reader::step_chunk_size() {
    std::string_view line;
    if (!take_line(line)) return false;
    std::uint64_t size = 0;
    const auto [rest, ec] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    // from_chars would take a minus sign for the beginning of a number.
    if (ec != std::errc{} || line.starts_with('-')) return fail("a chunk without a valid size");
    const auto extension = line.substr(static_cast<std::size_t>(rest - line.data()));
    const auto mark = extension.find_first_not_of(" \t");
    if (!extension.empty() && (mark == std::string_view::npos || extension[mark] != ';')) {
        return fail("a chunk without a valid size");
    }
    overhead_ += extension.size();
    if (overhead_ > head_limit) return fail("chunk extensions or trailers over 16 KiB");
    if (size > body_limit_ - body_.size()) return fail("a body over the limit");
    remaining_ = size;
    state_ = size == 0 ? state::trailer : state::chunk_body;
    return true;
}

bool reply_reader::step_chunk_end() {
    const auto bytes = unread().substr(0, 2);
    if (bytes != std::string_view("\r\n").substr(0, bytes.size())) {
        return fail("a chunk that is longer than its size");
    }
    if (bytes.size() < 2) return false;
    begin_ += 2;
    state_ = state::chunk_size;
    return true;
}

bool reply_reader::step_trailer() {
    std::string_view line;
    if (!take_line(line)) return false;
    if (line.empty()) {
        state_ = state::complete;
        return true;
    }
    overhead_ += line.size() + 2;
    if (overhead_ > head_limit) return fail("chunk extensions or trailers over 16 KiB");
    if (const auto wrong = read_field(line, head_)) return fail(*wrong);
    return true;
}

}  // namespace cardresolver::net
