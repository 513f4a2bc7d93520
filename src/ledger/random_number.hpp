// Numbers that tell one process from another.
#pragma once

#include <cstdint>
#include <random>

namespace cardresolver::ledger {

/// 64 bits by the system's generator. Throws `std::exception` where there is none.
inline std::uint64_t random_number() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace cardresolver::ledger
