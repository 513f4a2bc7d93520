#include "sink/encoder.hpp"

#include "sink/extension.hpp"
#include "sink/gzip_encoder.hpp"
#include "sink/zstd_encoder.hpp"

namespace cardresolver::sink {
namespace {

constexpr std::string_view gzip_ending = ".gz";
constexpr std::string_view zstd_ending = ".zst";

}  // namespace

compression compression_of(std::string_view target) noexcept {
    if (has_extension(target, gzip_ending)) return compression::gzip;
    if (has_extension(target, zstd_ending)) return compression::zstd;
    return compression::none;
}

std::string_view without_compression(std::string_view target) noexcept {
    switch (compression_of(target)) {
        case compression::gzip:
            return target.substr(0, target.size() - gzip_ending.size());
        case compression::zstd:
            return target.substr(0, target.size() - zstd_ending.size());
        case compression::none:
            break;
    }
    return target;
}

std::unique_ptr<encoder> make_encoder(compression how) {
    switch (how) {
        case compression::gzip:
            return std::make_unique<gzip_encoder>();
        case compression::zstd:
            return std::make_unique<zstd_encoder>();
        case compression::none:
            break;
    }
    return nullptr;
}

}  // namespace cardresolver::sink
