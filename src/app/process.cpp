#include "app/process.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace cardresolver::app {

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
