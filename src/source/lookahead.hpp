// A look at what comes, without taking it.
#pragma once

#include "source/byte_source.hpp"

#include <string>
#include <string_view>

namespace cardresolver::source {

/// Passes on what it has looked at, then what `from` gives.
class lookahead final : public byte_source {
public:
    /// `from` outlives it.
    explicit lookahead(byte_source& from) : from_(from) {}

    /// Bytes that were looked at and not read yet.
    std::string_view seen() const noexcept { return std::string_view(seen_).substr(taken_); }
    bool is_at_end() const noexcept { return is_at_end_; }
    /// Looks at what the next read gives.
    void look_further();

    std::size_t read(char* to, std::size_t room) override;

private:
    byte_source& from_;
    std::string seen_;
    std::size_t taken_ = 0;
    bool is_at_end_ = false;
};

}  // namespace cardresolver::source
