// Any bytes from the peer, in pieces of a size that the first byte chooses.
#include "net/reply_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using cardresolver::net::reply_reader;
    constexpr std::size_t body_limit = 64 * 1024;
    if (size == 0) return 0;
    const std::size_t piece = std::max<std::size_t>(1, bytes[0]);
    ++bytes;
    --size;
    static cardresolver::net::buffer_pool buffers;
    static reply_reader reader(body_limit, buffers);
    reader.start(reply_reader::expects::reply);
    auto progress = reply_reader::progress::more;
    while (size > 0 && progress == reply_reader::progress::more) {
        const auto space = reader.space();
        const auto taken = std::min({size, piece, space.size});
        std::memcpy(space.bytes, bytes, taken);
        bytes += taken;
        size -= taken;
        progress = reader.received(taken);
    }
    if (progress == reply_reader::progress::more) progress = reader.ended();
    if (reader.body().size() > body_limit) std::abort();
    return 0;
}
