#include "sink/compressed_output.hpp"

namespace cardresolver::sink {
namespace {

/// What is compressed at once: bounds the memory for the result, whatever the caller hands over.
constexpr std::size_t piece_size = std::size_t{128} * 1024;

/// What is worth a write of its own.
constexpr std::size_t write_size = std::size_t{64} * 1024;

}  // namespace

void compressed_output::resume(const output_mark& from) {
    inner_->resume(from);
    has_frame_ = from.bytes > 0;
}

void compressed_output::write(std::string_view bytes) {
    require_sound();
    is_sound_ = false;  // until the end is reached without an exception
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, piece_size);
        encoder_->encode(piece, ready_);
        is_in_frame_ = true;
        bytes.remove_prefix(piece.size());
        if (ready_.size() >= write_size) pass_on();
    }
    is_sound_ = true;
}

void compressed_output::sync() {
    end_frame();
    inner_->sync();
}

void compressed_output::commit() {
    end_frame();
    inner_->commit();
}

void compressed_output::suspend() {
    if (is_sound_) end_frame();
    inner_->suspend();
}

void compressed_output::require_sound() const {
    if (!is_sound_) throw output_error(output_error::error_kind::io, "an earlier write has failed");
}

void compressed_output::end_frame() {
    require_sound();
    is_sound_ = false;
    if (is_in_frame_ || !has_frame_) {
        encoder_->end_frame(ready_);
        is_in_frame_ = false;
        has_frame_ = true;
    }
    pass_on();
    is_sound_ = true;
}

void compressed_output::pass_on() {
    if (ready_.empty()) return;
    inner_->write(ready_);
    ready_.clear();
}

}  // namespace cardresolver::sink
