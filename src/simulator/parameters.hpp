// The parameters of a request: of its query string and of its form.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::simulator {

/// One decoded parameter.
struct parameter {
    std::string_view name;
    std::string_view value;
};

/// Reads `application/x-www-form-urlencoded` text. Storage is reused from request to request. The texts given
/// to `read` must outlive what `entries` gives.
class parameters {
public:
    void clear() noexcept;

    /// Adds the parameters of `encoded`, in order, repeated ones as often as they stand there.
    void read(std::string_view encoded);

    std::span<const parameter> entries() const noexcept { return entries_; }

    /// Whether a `%` was not followed by two hexadecimal digits; such a text is kept as it is.
    bool has_broken_escape() const noexcept { return has_broken_escape_; }

private:
    std::string_view decode(std::string_view encoded);

    std::vector<parameter> entries_;
    std::deque<std::string> decoded_;  // a deque: the addresses must not move
    bool has_broken_escape_ = false;
};

}  // namespace cardresolver::simulator
