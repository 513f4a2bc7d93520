// Rows to standard output, a FIFO or a device: written as it is, with nothing to make durable or to rename.
#pragma once

#include "sink/descriptor.hpp"
#include "sink/output.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::sink {

class stream_output final : public output {
public:
    /// `name`: for messages.
    stream_output(descriptor to, std::string name) : to_(std::move(to)), name_(std::move(name)) {}

    void write(std::string_view bytes) override;
    void sync() override {}
    void commit() override { close(); }
    void suspend() override { close(); }
    void discard() override { close(); }
    std::uint64_t bytes() const noexcept override { return bytes_; }

private:
    void close();

    descriptor to_;
    std::string name_;
    std::uint64_t bytes_ = 0;
    bool is_spoiled_ = false;
};

}  // namespace cardresolver::sink
