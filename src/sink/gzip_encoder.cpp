#include "sink/gzip_encoder.hpp"

#include <limits>
#include <stdexcept>

namespace cardresolver::sink {
namespace {

/// Of rows, zlib's usual level 6 makes a file a tenth smaller, for two and a half times the work.
constexpr int level = 2;
constexpr int window_with_gzip_header = 15 + 16;
constexpr int default_memory = 8;

}  // namespace

gzip_encoder::gzip_encoder() {
    if (::deflateInit2(&stream_, level, Z_DEFLATED, window_with_gzip_header, default_memory,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("gzip cannot be started: out of memory");
    }
}

gzip_encoder::~gzip_encoder() {
    ::deflateEnd(&stream_);
}

void gzip_encoder::encode(std::string_view bytes, std::string& out) {
    constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, most_at_once);
        run(piece, Z_NO_FLUSH, out);
        bytes.remove_prefix(piece.size());
    }
}

void gzip_encoder::end_frame(std::string& out) {
    run({}, Z_FINISH, out);
    if (::deflateReset(&stream_) != Z_OK) throw std::runtime_error("gzip cannot be started again");
}

/// zlib leaves room in `made_` only where it has nothing more to give for now.
void gzip_encoder::run(std::string_view bytes, int flush, std::string& out) {
    // zlib's interface is older than const; it does not write there.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
        stream_.next_out = made_.data();
        stream_.avail_out = static_cast<uInt>(made_.size());
        if (::deflate(&stream_, flush) == Z_STREAM_ERROR) throw std::runtime_error("gzip has failed");
        out.append(reinterpret_cast<const char*>(made_.data()), made_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
}

}  // namespace cardresolver::sink
