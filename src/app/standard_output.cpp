#include "app/standard_output.hpp"

#include <cerrno>
#include <cstdio>

namespace cardresolver::app {

exit_code print_text(std::string_view text) {
    const bool is_written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (is_written) return exit_code::success;
    return errno == EPIPE ? exit_code::reader_gone : exit_code::io_error;
}

}  // namespace cardresolver::app
