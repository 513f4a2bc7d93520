#include "sink/zstd_encoder.hpp"

#include <stdexcept>
#include <string>

namespace cardresolver::sink {
namespace {

constexpr int level = 3;  // the tool's own default

std::size_t checked(std::size_t result) {
    if (::ZSTD_isError(result) != 0) {
        throw std::runtime_error(std::string("zstd has failed: ") + ::ZSTD_getErrorName(result));
    }
    return result;
}

}  // namespace

zstd_encoder::zstd_encoder() : context_(::ZSTD_createCCtx()) {
    if (!context_) throw std::runtime_error("zstd cannot be started: out of memory");
    set(ZSTD_c_compressionLevel, level);
    set(ZSTD_c_checksumFlag, 1);  // as the tool does: a damaged file is noticed
}

void zstd_encoder::set(ZSTD_cParameter parameter, int value) {
    checked(::ZSTD_CCtx_setParameter(context_.get(), parameter, value));
}

void zstd_encoder::encode(std::string_view bytes, std::string& out) {
    if (!bytes.empty()) run(bytes, ZSTD_e_continue, out);
}

void zstd_encoder::end_frame(std::string& out) {
    run({}, ZSTD_e_end, out);
}

void zstd_encoder::run(std::string_view bytes, ZSTD_EndDirective directive, std::string& out) {
    ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
    bool is_done = false;
    while (!is_done) {
        ZSTD_outBuffer to{made_.data(), made_.size(), 0};
        const auto left = checked(::ZSTD_compressStream2(context_.get(), &to, &from, directive));
        out.append(made_.data(), to.pos);
        is_done = directive == ZSTD_e_end ? left == 0 : from.pos == from.size;
    }
}

}  // namespace cardresolver::sink
