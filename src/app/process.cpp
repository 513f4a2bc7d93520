#include "app/process.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace cardresolver::app {

void occupy_standard_streams() noexcept {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
        // The lowest free number is this one.
        if (::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) != number)
            _exit(to_status(exit_code::internal_fault));
    }
}

void harden_process() noexcept {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGPIPE, SIG_IGN);
}

void leave(exit_code code) noexcept {
    const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (!is_written && code == exit_code::success) code = exit_code::io_error;
    std::fflush(stderr);
    spdlog::shutdown();
    _exit(to_status(code));
}

}  // namespace cardresolver::app
