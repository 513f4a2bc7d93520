#include "simulator/transid_set.hpp"

#include "simulator/hashing.hpp"

#include <algorithm>

namespace cardresolver::simulator {

transid_set::transid_set() : slots_(1024, 0) {}

bool transid_set::insert(std::string_view transid) {
    if (used_ * 3 >= slots_.size() * 2) grow();
    const auto hash = std::max<std::uint64_t>(mix(fnv1a(transid)), 1);
    if (!place(hash)) return false;
    ++used_;
    return true;
}

void transid_set::grow() {
    std::vector<std::uint64_t> old(slots_.size() * 2, 0);
    old.swap(slots_);
    for (const auto hash : old) {
        if (hash != 0) place(hash);
    }
}

bool transid_set::place(std::uint64_t hash) noexcept {
    const auto mask = slots_.size() - 1;
    auto slot = hash & mask;
    while (slots_[slot] != 0) {
        if (slots_[slot] == hash) return false;
        slot = (slot + 1) & mask;
    }
    slots_[slot] = hash;
    return true;
}

}  // namespace cardresolver::simulator
