#include "app/options/user_information.hpp"

namespace cardresolver::app {

bool holds_password(std::string_view url) noexcept {
    const auto at = url.rfind('@');
    if (at == std::string_view::npos) return false;
    auto before = url.substr(0, at);
    if (const auto scheme = before.find("://"); scheme != std::string_view::npos)
        before.remove_prefix(scheme + 3);
    return before.find(':') != std::string_view::npos;
}

}  // namespace cardresolver::app
