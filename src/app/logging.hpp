// The one way to say something on standard error: `cardresolver: error: …`. Nothing secret may come here:
// no token, no password, no URL of a request.
#pragma once

#include <string_view>

namespace cardresolver::app {

/// Once, before anything is said.
void start_logging();

void log_error(std::string_view text);
void log_warning(std::string_view text);
void log_info(std::string_view text);

}  // namespace cardresolver::app
