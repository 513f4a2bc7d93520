// Zstandard (RFC 8878) by libzstd.
#pragma once

#include "sink/encoder.hpp"

#include <array>
#include <memory>
#include <zstd.h>

namespace cardresolver::sink {

class zstd_encoder final : public encoder {
public:
    zstd_encoder();

    void encode(std::string_view bytes, std::string& out) override;
    void end_frame(std::string& out) override;

private:
    struct release {
        void operator()(ZSTD_CCtx* context) const noexcept { ::ZSTD_freeCCtx(context); }
    };
    void set(ZSTD_cParameter parameter, int value);
    void run(std::string_view bytes, ZSTD_EndDirective directive, std::string& out);

    std::unique_ptr<ZSTD_CCtx, release> context_;
    std::array<char, std::size_t{64} * 1024> made_{};
};

}  // namespace cardresolver::sink
