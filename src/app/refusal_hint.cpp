#include "app/refusal_hint.hpp"

#include <array>

namespace cardresolver::app {
namespace {

struct hint_entry {
    std::string_view code;
    std::string_view hint;
};

constexpr std::string_view whitelist =
    "this machine's public address is not on the carrier's IP whitelist: have it added, or go out by another "
    "address (--proxy, --local-address)";
constexpr std::string_view gateway =
    "the carrier, or a gateway before it, does not let this account in: ask the carrier, or whoever runs the "
    "gateway";

constexpr std::array<hint_entry, 8> hints{{
    {"3",
     "the application has no active subscription of this interface: check --ebid, or ask the carrier to "
     "activate the subscription"},
    {"4",
     "the application is unknown or not active, or its access was closed: check --appid, or ask the carrier "
     "about its state"},
    {"118040196", "the subscription is not active: ask the carrier about its state"},
    {"6", whitelist},
    {"8", whitelist},
    {"7", "the token does not match: the password is wrong, or it belongs to another appid"},
    {"http-401", gateway},
    {"http-403", gateway},
}};

}  // namespace

std::string_view refusal_hint(std::string_view code) noexcept {
    for (const auto& entry : hints) {
        if (entry.code == code) return entry.hint;
    }
    return "check appid, ebid and password";
}

}  // namespace cardresolver::app
