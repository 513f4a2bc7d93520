// Brings a list to UTF-8.
#pragma once

#include "source/byte_source.hpp"
#include "source/encoding.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::source {

/// GB18030 to UTF-8, piece by piece.
class gb18030_decoder {
public:
    /// Throws `input_error` (unusable) where the system cannot convert.
    gb18030_decoder();
    ~gb18030_decoder();
    gb18030_decoder(const gb18030_decoder&) = delete;
    gb18030_decoder& operator=(const gb18030_decoder&) = delete;

    /// Appends `text` to `out`; what is no character becomes U+FFFD, and never takes a line end with it.
    /// Returns the bytes that are done with: all, but for a piece of a character at the end, unless `at_end`.
    std::size_t decode(std::string_view text, bool at_end, std::string& out);

private:
    void convert(std::string_view characters, std::string& out);

    void* handle_;  ///< an iconv_t
};

/// Passes UTF-8 on as it is. An encoding that is not told is guessed at the first byte that is not ASCII, by
/// the line that it stands in and what else was read with it (`guess_encoding`).
class encoding_source final : public byte_source {
public:
    /// `from` outlives it.
    encoding_source(byte_source& from, std::optional<input_encoding> encoding);

    std::size_t read(char* to, std::size_t room) override;

    /// The encoding, once it is known.
    const std::optional<input_encoding>& encoding() const noexcept { return encoding_; }

private:
    std::size_t read_undecided(char* to, std::size_t room);
    std::size_t read_gb18030(char* to, std::size_t room);
    std::size_t take_held(char* to, std::size_t room);
    bool hold_more();
    void decide();

    byte_source& from_;
    std::optional<input_encoding> encoding_;
    std::string held_;  ///< came from `from_`, is still to be judged, passed on or decoded
    bool is_at_end_ = false;
    std::unique_ptr<gb18030_decoder> decoder_;
    std::string decoded_;
    std::size_t taken_ = 0;  ///< of `decoded_`
};

}  // namespace cardresolver::source
