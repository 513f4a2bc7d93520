// Reads one reply from bytes as they come, in whatever pieces. No I/O: whoever owns the socket reads into
// `space` and says how much came. Written out and not left to a library because replies are 11 kB each, a
// hundred million times, and because the framing must be strict (see reply_head.hpp).
#pragma once

#include "net/buffer_pool.hpp"
#include "net/reply_head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::net {

/// Reused from reply to reply: in steady state it allocates nothing.
class reply_reader {
public:
    /// Bytes of one head, and of all chunk extensions and trailer fields of one reply together.
    static constexpr std::size_t head_limit = std::size_t{16} * 1024;
    /// Interim replies (1xx) passed over before the final one.
    static constexpr int interim_limit = 8;

    enum class expects : std::uint8_t {
        reply,       ///< head and body
        tunnel_head  ///< the head alone: the answer to CONNECT (RFC 9110 section 9.3.6)
    };
    enum class progress : std::uint8_t {
        more,      ///< read on
        complete,  ///< the reply is there; bytes after it, if any, are left over
        broken     ///< see `problem`; nothing more can be read from this connection
    };
    struct free_space {
        char* bytes;
        std::size_t size;
    };

    /// `body_limit`: the most bytes of a body; a longer one is broken. `buffers` outlives the reader.
    reply_reader(std::size_t body_limit, buffer_pool& buffers);

    /// Forgets the previous reply and what was left over after it: such a connection carries nothing more.
    /// Has no buffer until `space` is asked for.
    void start(expects what);

    /// Where the next bytes go. Never empty while `more` is the answer. Throws `std::bad_alloc`.
    free_space space();

    /// `size` bytes have been put into `space`.
    progress received(std::size_t size);

    /// The peer has ended the stream in an orderly way.
    progress ended();

    /// Whether a byte of this reply has come.
    bool has_begun() const noexcept { return begun_; }
    /// Bytes that nobody has asked for: received, but no part of the reply.
    bool has_left_over() const noexcept { return begin_ != end_; }
    /// Whether the connection may carry another request, as far as the bytes tell.
    bool allows_reuse() const noexcept;

    unsigned status() const noexcept { return head_.status; }
    /// Valid until the next `start`.
    std::string_view body() const noexcept { return body_.empty() ? whole_body_ : body_; }
    std::string_view retry_after() const noexcept { return retry_after_; }
    std::string_view date() const noexcept { return date_; }
    std::string_view content_encoding() const noexcept { return content_encoding_; }
    /// What is wrong with a broken reply, for people; holds no byte of it.
    std::string_view problem() const noexcept { return problem_; }

private:
    enum class state : std::uint8_t {
        head,
        sized_body,
        body_to_end,
        chunk_size,
        chunk_body,
        chunk_end,
        trailer,
        complete,
        broken
    };

    std::string_view unread() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
    void advance();
    bool step();
    bool step_head();
    void finish_head(std::string_view text);
    void choose_body();
    bool step_body();
    bool step_chunk_size();
    bool step_chunk_end();
    bool step_trailer();
    bool take_line(std::string_view& line);
    bool take_body(std::size_t size);
    bool take_whole_body();
    bool fail(std::string_view why);

    buffer_pool& buffers_;
    buffer_pool::buffer buffer_;  ///< null: nothing of this reply was read
    std::size_t begin_ = 0;       ///< first byte not yet taken
    std::size_t end_ = 0;         ///< behind the last byte received
    std::size_t scanned_ = 0;     ///< bytes from `begin_` known to hold no line end
    std::size_t body_limit_;
    std::uint64_t remaining_ = 0;  ///< bytes of the sized body or of the chunk still to come
    std::size_t overhead_ = 0;     ///< bytes of chunk extensions and trailer fields so far
    int interim_ = 0;
    expects expects_ = expects::reply;
    state state_ = state::head;
    bool begun_ = false;
    bool ended_by_close_ = false;
    reply_head head_;
    std::string body_;             ///< put together from pieces
    std::string_view whole_body_;  ///< one that came in one piece, in the buffer; empty: it did not
    std::string retry_after_;
    std::string date_;
    std::string content_encoding_;
    std::string_view problem_;
};

}  // namespace cardresolver::net
