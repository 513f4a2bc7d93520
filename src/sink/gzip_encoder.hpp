// gzip (RFC 1952) by zlib.
#pragma once

#include "sink/encoder.hpp"

#include <array>
#include <zlib.h>

namespace cardresolver::sink {

class gzip_encoder final : public encoder {
public:
    gzip_encoder();
    ~gzip_encoder() override;

    void encode(std::string_view bytes, std::string& out) override;
    void end_frame(std::string& out) override;

private:
    void run(std::string_view bytes, int flush, std::string& out);

    z_stream stream_{};
    std::array<unsigned char, std::size_t{64} * 1024> made_{};
};

}  // namespace cardresolver::sink
