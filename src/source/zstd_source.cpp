#include "source/zstd_source.hpp"

#include "source/input.hpp"

#include <zstd_errors.h>

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} * 1024;
constexpr int largest_window_log = 27;  // 128 MiB

input_error out_of_memory() {
    return {input_error::error_kind::read, "cannot be decompressed: out of memory"};
}

}  // namespace

zstd_source::zstd_source(byte_source& from)
    : from_(from), context_(::ZSTD_createDCtx()), compressed_(block_bytes, '\0') {
    const bool is_sound =
        context_ != nullptr && ::ZSTD_isError(::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                                                                       largest_window_log)) == 0;
    if (!is_sound) throw out_of_memory();
}

std::size_t zstd_source::read(char* to, std::size_t room) {
    ZSTD_outBuffer made{to, room, 0};
    while (made.pos == 0) {
        if (!has_more_ && waiting_.pos == waiting_.size && !refill()) {
            if (is_in_frame_) fail("the zstd data are cut off");
            return 0;
        }
        const auto left = ::ZSTD_decompressStream(context_.get(), &made, &waiting_);
        if (::ZSTD_isError(left) != 0) fail_by(left);
        is_in_frame_ = left != 0;
        has_more_ = is_in_frame_ && made.pos == made.size;
    }
    return made.pos;
}

bool zstd_source::refill() {
    const auto count = from_.read(compressed_.data(), compressed_.size());
    waiting_ = {compressed_.data(), count, 0};
    read_ += count;
    return count != 0;
}

void zstd_source::fail_by(std::size_t code) const {
    const auto error = ::ZSTD_getErrorCode(code);
    if (error == ZSTD_error_memory_allocation) throw out_of_memory();
    if (error == ZSTD_error_frameParameter_windowTooLarge) {
        throw input_error(input_error::error_kind::unusable,
                          "needs more than 128 MiB to be decompressed: compress it again without --long");
    }
    if (error == ZSTD_error_prefix_unknown) fail("something else stands behind the zstd data");
    fail(std::string("the zstd data are corrupt (") + ::ZSTD_getErrorName(code) + ")");
}

void zstd_source::fail(const std::string& why) const {
    throw input_error(input_error::error_kind::unusable,
                      why + " at byte " + std::to_string(read_ - (waiting_.size - waiting_.pos)) +
                          " of the file; the list goes no further: get the file again (zstd -t checks one)");
}

}  // namespace cardresolver::source
