// The bytes of a file, a pipe or standard input.
#pragma once

#include "source/byte_source.hpp"
#include "source/input_position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::source {

/// Whether `path` means standard input: `-`, or nothing.
bool is_standard_input(const std::string& path) noexcept;

class descriptor_source final : public byte_source {
public:
    /// Opens `path`. Throws `input_error`: not_found, read. `expected`: what anything but a regular file must
    /// begin with; where it does not, `read` throws `unusable`.
    explicit descriptor_source(const std::string& path, const input_position& expected = {});
    ~descriptor_source() override;

    std::size_t read(char* to, std::size_t room) override;

    /// A regular file alone: reads on from an earlier position.
    void go_to(const input_position& from);

    /// How much is known of the beginning, and its checksum: `bytes_hashed` and `crc`.
    const input_position& hashed() const noexcept { return hashed_; }
    /// Of a regular file.
    std::optional<std::uint64_t> size() const noexcept { return size_; }
    /// Bytes that were read so far.
    std::uint64_t position() const noexcept { return position_; }

private:
    void open(const std::string& path);
    void examine();
    void close() noexcept;
    void note(std::string_view bytes);
    void compare(std::string_view& bytes);
    void require_whole_beginning() const;

    int descriptor_ = -1;
    bool is_owned_ = false;
    std::optional<std::uint64_t> size_;
    std::uint64_t position_ = 0;
    input_position hashed_;
    input_position expected_;
};

}  // namespace cardresolver::source
