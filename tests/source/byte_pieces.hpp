// A source of bytes in pieces that the test chooses.
#pragma once

#include "source/byte_source.hpp"
#include "source/input.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

/// Gives each piece by one read, or by several where there is less room. The pieces outlive it.
class byte_pieces final : public byte_source {
public:
    explicit byte_pieces(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}

    std::size_t read(char* to, std::size_t room) override {
        while (next_ < pieces_.size() && pieces_[next_].empty())
            ++next_;
        if (next_ == pieces_.size()) return 0;
        const auto count = pieces_[next_].copy(to, room);
        pieces_[next_].remove_prefix(count);
        return count;
    }

private:
    std::vector<std::string_view> pieces_;
    std::size_t next_ = 0;
};

/// What came out of a stage, and its complaint, if there was one.
struct read_bytes {
    std::string bytes;
    std::string complaint;
    std::optional<input_error::error_kind> kind;

    friend bool operator==(const read_bytes&, const read_bytes&) = default;
};

inline read_bytes read_to_end(byte_source& from, std::size_t room = std::size_t{64} * 1024) {
    read_bytes all;
    std::string buffer(room, '\0');
    try {
        while (const auto count = from.read(buffer.data(), room))
            all.bytes.append(buffer, 0, count);
    } catch (const input_error& error) {
        all.complaint = error.what();
        all.kind = error.kind;
    }
    return all;
}

}  // namespace cardresolver::source
