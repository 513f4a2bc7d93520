// Which program this is.
#pragma once

#include <string_view>

namespace cardresolver::app {

/// `0.1.0`
std::string_view version() noexcept;

/// What `--version` prints: `cardresolver 0.1.0 (git-id)`.
std::string_view version_line() noexcept;

/// Product token of the requests (RFC 9110 section 10.1.5).
std::string_view user_agent() noexcept;

}  // namespace cardresolver::app
