// Passwords inside URLs.
#pragma once

#include <string_view>

namespace cardresolver::app {

/// Whether the URL has a password before its host (`http://user:password@host`). Also of what is not quite a
/// URL: a slip in the rest must not let a password pass.
bool holds_password(std::string_view url) noexcept;

}  // namespace cardresolver::app
