#include "card/failure.hpp"

#include <array>

namespace cardresolver::card {

std::string_view to_string(failure_stage stage) noexcept {
    constexpr std::array<std::string_view, 7> names{"resolve", "connect", "proxy", "handshake",
                                                    "write",   "read",    "decode"};
    return names[static_cast<std::size_t>(stage)];
}

std::string_view to_string(failure_kind kind) noexcept {
    constexpr std::array<std::string_view, 9> names{
        "timeout", "cancelled", "unreachable", "closed", "stale", "certificate", "tls", "protocol", "local"};
    return names[static_cast<std::size_t>(kind)];
}

std::string describe(const failure& failure) {
    std::string text(to_string(failure.stage));
    text.append(": ").append(to_string(failure.kind));
    if (!failure.detail.empty()) text.append(": ").append(failure.detail);
    return text;
}

}  // namespace cardresolver::card
