// Rows that are compressed on their way into another output.
#pragma once

#include "sink/encoder.hpp"
#include "sink/output.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::sink {

/// Decorates an output. `sync` ends a frame, so that what `inner` holds then is a whole compressed file; so
/// do `commit` and `suspend`. Even without a row there is a frame, as an empty file is no compressed one.
class compressed_output final : public output {
public:
    compressed_output(std::unique_ptr<output> inner, std::unique_ptr<encoder> how)
        : inner_(std::move(inner)), encoder_(std::move(how)) {}

    bool is_resumable() const noexcept override { return inner_->is_resumable(); }
    bool has_leftover() const override { return inner_->has_leftover(); }
    bool is_new() const noexcept override { return inner_->is_new(); }
    void restart() override { inner_->restart(); }
    /// What was made durable ends with a frame; the next one follows it.
    void resume(const output_mark& from) override;
    void when_waiting(const wait_hook& hook) override { inner_->when_waiting(hook); }
    void write(std::string_view bytes) override;
    void sync() override;
    output_mark mark() override { return inner_->mark(); }
    void commit() override;
    void suspend() override;
    void discard() override { inner_->discard(); }
    /// Compressed bytes that `inner` has taken.
    std::uint64_t bytes() const noexcept override { return inner_->bytes(); }

private:
    void require_sound() const;
    void end_frame();
    void pass_on();

    std::unique_ptr<output> inner_;
    std::unique_ptr<encoder> encoder_;
    std::string ready_;  ///< compressed, on its way to `inner_`
    bool is_in_frame_ = false;
    bool has_frame_ = false;
    bool is_sound_ = true;
};

}  // namespace cardresolver::sink
