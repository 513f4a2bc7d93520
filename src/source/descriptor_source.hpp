// The bytes of a file, a pipe or standard input.
#pragma once

#include "source/byte_source.hpp"
#include "source/input_position.hpp"
#include "source/list_beginning.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::source {

/// Whether `path` means standard input: `-`, or nothing.
bool is_standard_input(const std::string& path) noexcept;

class descriptor_source final : public byte_source {
public:
    /// Opens `path`. Throws `input_error`: not_found, read. `expected`: what it must begin with; where it
    /// does not, `read` throws `unusable`. Not looked at where one `can_go` to places.
    explicit descriptor_source(const std::string& path, const input_beginning& expected = {});
    ~descriptor_source() override;

    std::size_t read(char* to, std::size_t room) override;

    /// A regular file of our own. Standard input is a stream, even where a file stands behind it: it is its
    /// giver's, who may have read some of it.
    bool can_go() const noexcept { return is_owned_ && size_; }
    /// Reads on from an earlier position.
    void go_to(const input_position& from);

    /// What is known of the beginning.
    const input_beginning& hashed() const noexcept { return beginning_.noted(); }
    /// All that was expected has come.
    bool is_as_expected() const noexcept { return beginning_.is_as_expected(); }
    /// Of a regular file; of one behind standard input, what was left of it at the start.
    std::optional<std::uint64_t> size() const noexcept { return size_; }
    /// Bytes that were read or passed over so far.
    std::uint64_t position() const noexcept { return position_; }

private:
    void open(const std::string& path);
    void examine();
    void close() noexcept;
    void note(std::string_view bytes);
    void require_whole_beginning() const;

    int descriptor_ = -1;
    bool is_owned_ = false;
    std::optional<std::uint64_t> size_;
    std::uint64_t position_ = 0;
    list_beginning beginning_;
};

}  // namespace cardresolver::source
