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

dispatch::duration time_since_boot() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

dispatch::duration slept_since_boot(dispatch::duration since_boot, dispatch::time_point now) noexcept {
    return std::max(dispatch::duration(0), since_boot - now.time_since_epoch());
}

clock_reading read_clocks() {
    static const std::string boot = read_boot();
    const auto since_boot = time_since_boot();
    const auto slept = slept_since_boot(since_boot, std::chrono::steady_clock::now());
    return {boot, since_boot, std::chrono::system_clock::now(), slept};
}

dispatch::duration elapsed(const clock_reading& from, const clock_reading& to) noexcept {
    const dispatch::duration passed =
        from.boot == to.boot ? to.since_boot - from.since_boot : to.wall - from.wall;
    return std::max(dispatch::duration(0), passed);
}

dispatch::duration slept(const clock_reading& from, const clock_reading& to) noexcept {
    return from.boot == to.boot ? std::max(dispatch::duration(0), to.slept - from.slept)
                                : dispatch::duration(0);
}

}  // namespace cardresolver::ledger
