#include "ledger/ledger_clock.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <unistd.h>

namespace cardresolver::ledger {
namespace {

std::string boot_id() {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
}

/// CLOCK_BOOTTIME of another one may be shifted.
std::string time_namespace() {
    std::array<char, 64> name{};
    const auto length = ::readlink("/proc/self/ns/time", name.data(), name.size());
    return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace

clock_reading read_clocks() {
    static const std::string boot = boot_id() + " " + time_namespace();
    timespec since_boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return {boot, std::chrono::seconds(since_boot.tv_sec) + std::chrono::nanoseconds(since_boot.tv_nsec),
            std::chrono::system_clock::now()};
}

dispatch::quota::ledger_time ledger_time_at(const clock_reading& now, const clock_reading& last,
                                            dispatch::quota::ledger_time last_time) noexcept {
    const std::chrono::nanoseconds passed =
        now.boot == last.boot ? now.since_boot - last.since_boot : now.wall - last.wall;
    return last_time + std::max(std::chrono::nanoseconds(0), passed);
}

}  // namespace cardresolver::ledger
