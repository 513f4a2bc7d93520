#include "carrier/transid_counter.hpp"

#include <algorithm>

namespace cardresolver::carrier {

transid_counter transid_counter::starting_at(std::uint64_t random) noexcept {
    transid_counter counter;
    counter.next_serial = random % serial_count;
    return counter;
}

transid_block transid_counter::take(std::uint64_t wanted,
                                    std::chrono::system_clock::time_point wall) noexcept {
    using std::chrono::floor;
    using std::chrono::seconds;
    if (wanted == 0) return {};
    if (left_in_epoch == 0) {
        left_in_epoch = epoch_length;
        this->floor += transid_life.count() + 1;
    }
    this->floor = std::max<std::int64_t>(this->floor, floor<seconds>(wall.time_since_epoch()).count());
    const transid_block block{this->floor, next_serial, std::min(wanted, left_in_epoch)};
    next_serial += block.count;
    left_in_epoch -= block.count;
    return block;
}

}  // namespace cardresolver::carrier
