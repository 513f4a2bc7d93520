// The bytes of a file, a pipe or standard input.
#pragma once

#include "source/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cardresolver::source {

/// Whether `path` means standard input: `-`, or nothing.
bool is_standard_input(const std::string& path) noexcept;

class descriptor_source final : public byte_source {
public:
    /// Opens `path`. Throws `input_error`: not_found, read.
    explicit descriptor_source(const std::string& path);
    ~descriptor_source() override;

    std::size_t read(char* to, std::size_t room) override;

    /// Of a regular file.
    std::optional<std::uint64_t> size() const noexcept { return size_; }
    /// Bytes that were read so far.
    std::uint64_t position() const noexcept { return position_; }

private:
    void open(const std::string& path);
    void examine();
    void close() noexcept;

    int descriptor_ = -1;
    bool is_owned_ = false;
    std::optional<std::uint64_t> size_;
    std::uint64_t position_ = 0;
};

}  // namespace cardresolver::source
