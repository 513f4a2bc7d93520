// Compression of a stream of bytes, one piece at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::sink {

enum class compression : std::uint8_t { none, gzip, zstd };

/// What TARGET's ending asks for, in any case: `.gz`, `.zst`.
compression compression_of(std::string_view target) noexcept;

/// TARGET without that ending.
std::string_view without_compression(std::string_view target) noexcept;

/// Compresses into frames (zstd; gzip calls them members), each of which stands for itself: decompressors
/// take a file of several as one (RFC 1952 section 2.2, RFC 8878 section 3). Memory: 4 MiB at most, whatever
/// the stream's length. Throws `std::runtime_error` where the library fails, which happens for want of
/// memory.
class encoder {
public:
    encoder() = default;
    encoder(const encoder&) = delete;
    encoder& operator=(const encoder&) = delete;
    virtual ~encoder() = default;

    /// Takes all of `bytes`; appends what is ready to `out`. What is not is held back, within those 4 MiB.
    virtual void encode(std::string_view bytes, std::string& out) = 0;

    /// Ends the frame; what comes next begins another. Without a byte since the last end it makes an empty
    /// one.
    virtual void end_frame(std::string& out) = 0;
};

/// Null for `compression::none`.
std::unique_ptr<encoder> make_encoder(compression how);

}  // namespace cardresolver::sink
