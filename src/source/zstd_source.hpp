// Decompresses zstd (RFC 8878).
#pragma once

#include "source/byte_source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <zstd.h>

namespace cardresolver::source {

/// See `make_decompressor`.
class zstd_source final : public byte_source {
public:
    explicit zstd_source(byte_source& from);

    std::size_t read(char* to, std::size_t room) override;

private:
    struct free_context {
        void operator()(ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
    };

    bool refill();
    [[noreturn]] void fail(const std::string& why) const;
    [[noreturn]] void fail_by(std::size_t code) const;

    byte_source& from_;
    std::unique_ptr<ZSTD_DCtx, free_context> context_;
    std::string compressed_;
    ZSTD_inBuffer waiting_{nullptr, 0, 0};
    std::uint64_t read_ = 0;  ///< compressed bytes that came from `from_`
    bool is_in_frame_ = false;
    bool has_more_ = false;  ///< the last call filled its room: the context may hold back what did not fit
};

}  // namespace cardresolver::source
