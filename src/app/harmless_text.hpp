// Texts of others, on their way to a terminal or a log.
#pragma once

#include <string>
#include <string_view>

namespace cardresolver::app {

/// What the carrier or a gateway before it wrote, which may hold anything, our own request among it:
/// its first 300 bytes, printable, without card numbers, tokens and transids.
std::string harmless(std::string_view text);

}  // namespace cardresolver::app
