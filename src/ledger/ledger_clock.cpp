#include "ledger/ledger_clock.hpp"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <sys/stat.h>

namespace cardresolver::ledger {
namespace {

std::string read_boot() {
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    // Another time namespace shows another time since boot.
    struct stat file {};
    if (::stat("/proc/self/ns/time", &file) == 0) boot += " " + std::to_string(file.st_ino);
    return boot;
}

}  // namespace

clock_reading read_clocks() {
    static const std::string boot = read_boot();
    timespec since_boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return {boot, std::chrono::seconds(since_boot.tv_sec) + std::chrono::nanoseconds(since_boot.tv_nsec),
            std::chrono::system_clock::now()};
}

dispatch::duration elapsed(const clock_reading& from, const clock_reading& to) noexcept {
    const dispatch::duration passed =
        from.boot == to.boot ? to.since_boot - from.since_boot : to.wall - from.wall;
    return std::max(dispatch::duration(0), passed);
}

}  // namespace cardresolver::ledger
