// From the bytes of a reply's body to a `reply`.
#pragma once

#include "carrier/reply.hpp"

#include <memory>
#include <string_view>

namespace cardresolver::carrier {

/// Limits of what is taken for a reply; beyond them it is malformed.
inline constexpr std::size_t max_reply_items = 200;
inline constexpr std::size_t max_reply_depth = 8;
inline constexpr std::size_t max_reply_string = 4096;

/// Decodes replies one after the other, with buffers that are kept. Tolerant where the field is known to
/// vary: a UTF-8 byte order mark, keys in any case and order, unknown members, status as string or number,
/// numbers unquoted (their raw text is kept: a 20-digit ICCID never becomes a double), `result` as `null`, an
/// object or absent, invalid UTF-8 inside strings, and the commas that the carrier's own sample lacks.
/// Malformed: what is no JSON object (RFC 8259) even so, trailing bytes, an object with two different
/// values for one known key (two objects or arrays for `result`), no status at all, anything over the limits.
class reply_decoder {
public:
    reply_decoder();
    ~reply_decoder();
    reply_decoder(const reply_decoder&) = delete;
    reply_decoder& operator=(const reply_decoder&) = delete;

    /// The reply, valid until the next call and as long as `body`, which its views may point into; null where
    /// `body` is malformed.
    const reply* decode(std::string_view body);

    /// The same by the general way alone, without the short one for the carrier's ordinary reply: what the
    /// short one is measured against. The reply is valid until the next call.
    const reply* decode_any(std::string_view body);

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::carrier
