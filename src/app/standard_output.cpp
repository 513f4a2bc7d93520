#include "app/standard_output.hpp"

#include "app/logging.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cardresolver::app {

exit_code print_text(std::string_view text) {
    const bool is_written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (is_written) return exit_code::success;
    if (errno == EPIPE) return exit_code::reader_gone;
    log_error(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
    return exit_code::io_error;
}

}  // namespace cardresolver::app
