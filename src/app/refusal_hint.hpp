// What to do where the carrier refuses the account.
#pragma once

#include <string_view>

namespace cardresolver::app {

/// What is wrong and what to do about it, as a clause, by the carrier's code or by `http-403`.
std::string_view refusal_hint(std::string_view code) noexcept;

}  // namespace cardresolver::app
