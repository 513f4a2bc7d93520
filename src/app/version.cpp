#include "app/version.hpp"

// CMakeLists.txt defines CARDRESOLVER_VERSION and CARDRESOLVER_BUILT_FROM for this file alone, so that a new
// commit compiles nothing else again.

namespace cardresolver::app {

std::string_view version() noexcept {
    return CARDRESOLVER_VERSION;
}

std::string_view version_line() noexcept {
    return "cardresolver " CARDRESOLVER_VERSION " (" CARDRESOLVER_BUILT_FROM ")";
}

std::string_view user_agent() noexcept {
    return "cardresolver/" CARDRESOLVER_VERSION;
}

}  // namespace cardresolver::app
