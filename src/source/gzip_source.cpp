#include "source/gzip_source.hpp"

#include "source/input.hpp"

#include <algorithm>
#include <limits>

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} * 1024;
constexpr int window_with_gzip_header = 15 + 16;
constexpr Bytef first_of_member = 0x1F;

input_error out_of_memory() {
    return {input_error::error_kind::read, "cannot be decompressed: out of memory"};
}

}  // namespace

gzip_source::gzip_source(byte_source& from) : from_(from), compressed_(block_bytes, '\0') {
    if (::inflateInit2(&stream_, window_with_gzip_header) != Z_OK) throw out_of_memory();
}

gzip_source::~gzip_source() {
    ::inflateEnd(&stream_);
}

std::size_t gzip_source::read(char* to, std::size_t room) {
    const auto most = static_cast<uInt>(std::min<std::size_t>(room, std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = most;
    while (stream_.avail_out == most) {
        if (stream_.avail_in == 0 && !refill()) {
            if (place_ == place::member) fail("the gzip data are cut off");
            return 0;
        }
        if (place_ == place::member) {
            inflate_some();
        } else {
            leave_gap();
        }
    }
    return most - stream_.avail_out;
}

bool gzip_source::refill() {
    const auto count = from_.read(compressed_.data(), compressed_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(compressed_.data());
    stream_.avail_in = static_cast<uInt>(count);
    read_ += count;
    return count != 0;
}

/// What follows a member is another one, or zeros to the end: tapes and some tools pad with them.
void gzip_source::leave_gap() {
    const auto* const end = stream_.next_in + stream_.avail_in;
    const auto* const next = std::find_if(stream_.next_in, stream_.next_in + stream_.avail_in,
                                          [](Bytef byte) { return byte != 0; });
    if (next != stream_.next_in) place_ = place::padding;
    stream_.next_in += next - stream_.next_in;
    stream_.avail_in = static_cast<uInt>(end - next);
    if (next == end) return;
    if (place_ == place::padding || *next != first_of_member)
        fail("something else stands behind the gzip data");
    place_ = place::member;
}

void gzip_source::inflate_some() {
    const auto result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        ::inflateReset(&stream_);
        place_ = place::between_members;
    } else if (result == Z_MEM_ERROR) {
        throw out_of_memory();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        fail(std::string("the gzip data are corrupt") +
             (stream_.msg != nullptr ? std::string(" (") + stream_.msg + ")" : std::string()));
    }
}

void gzip_source::fail(const std::string& why) const {
    throw input_error(input_error::error_kind::unusable,
                      why + " at byte " + std::to_string(position()) +
                          " of the file; the list goes no further: get the file again (gzip -t checks one)");
}

}  // namespace cardresolver::source
