// Decompresses, frame by frame, by the libraries' other halves. Strict: anything but whole frames throws.
#pragma once

#include "sink/encoder.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>
#include <zstd.h>

namespace cardresolver::sink {

struct decompressed {
    std::string text;
    std::size_t frames = 0;
};

inline decompressed gunzip(std::string bytes) {
    decompressed result;
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    while (stream.avail_in > 0) {
        if (::inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("inflateInit2");
        int status = Z_OK;
        while (status == Z_OK) {
            std::array<char, 4096> piece{};
            stream.next_out = reinterpret_cast<Bytef*>(piece.data());
            stream.avail_out = piece.size();
            status = ::inflate(&stream, Z_NO_FLUSH);
            result.text.append(piece.data(), piece.size() - stream.avail_out);
        }
        ::inflateEnd(&stream);
        if (status != Z_STREAM_END) throw std::runtime_error("no whole gzip member");
        ++result.frames;
    }
    return result;
}

inline decompressed unzstd(std::string_view bytes) {
    decompressed result;
    auto* const context = ::ZSTD_createDCtx();
    ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
    std::size_t left = 0;
    while (from.pos < from.size || left != 0) {
        std::array<char, 4096> piece{};
        ZSTD_outBuffer to{piece.data(), piece.size(), 0};
        const auto before = from.pos;
        left = ::ZSTD_decompressStream(context, &to, &from);
        const bool is_stuck = from.pos == before && to.pos == 0;
        if (::ZSTD_isError(left) != 0 || is_stuck) {
            ::ZSTD_freeDCtx(context);
            throw std::runtime_error("no whole zstd frame");
        }
        result.text.append(piece.data(), to.pos);
        if (left == 0) ++result.frames;
    }
    ::ZSTD_freeDCtx(context);
    return result;
}

inline decompressed decompress(compression how, const std::string& bytes) {
    return how == compression::gzip ? gunzip(bytes) : unzstd(bytes);
}

}  // namespace cardresolver::sink
