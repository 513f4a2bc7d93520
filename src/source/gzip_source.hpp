// Decompresses gzip (RFC 1952) by zlib.
#pragma once

#include "source/byte_source.hpp"

#include <cstdint>
#include <string>
#include <zlib.h>

namespace cardresolver::source {

/// See `make_decompressor`.
class gzip_source final : public byte_source {
public:
    explicit gzip_source(byte_source& from);
    ~gzip_source() override;

    std::size_t read(char* to, std::size_t room) override;

private:
    /// Where in the file the reading is.
    enum class place : std::uint8_t { member, between_members, padding };

    bool refill();
    void leave_gap();
    void inflate_some();
    std::uint64_t position() const noexcept { return read_ - stream_.avail_in; }
    [[noreturn]] void fail(const std::string& why) const;

    byte_source& from_;
    z_stream stream_{};
    std::string compressed_;
    std::uint64_t read_ = 0;  ///< compressed bytes that came from `from_`
    place place_ = place::member;
};

}  // namespace cardresolver::source
