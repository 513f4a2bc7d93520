#include "dispatch/statements.hpp"

#include "dispatch/free_place.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::dispatch {

statements::statements(std::size_t most_bytes) : most_bytes_(most_bytes) {
    recent_.fill(no_id);
}

std::uint32_t statements::find(std::string_view status, std::string_view message) const noexcept {
    for (const auto id : recent_) {
        if (id == no_id || !is_kept(id)) continue;
        if (pairs_[id].message == message && pairs_[id].status == status) return id;
    }
    return no_id;
}

std::uint32_t statements::add(std::string_view status, std::string_view message) {
    const auto id = take_place(pairs_, free_);
    auto& added = pairs_[id];
    added.status = status;
    added.message = message;
    bytes_ += added.size();
    std::shift_right(recent_.begin(), recent_.end(), 1);
    recent_.front() = id;
    return id;
}

void statements::drop(std::uint32_t id) {
    bytes_ -= pairs_[id].size();
    const auto dropped = std::move(pairs_[id]);  // with its memory, which an assignment would keep
    free_.push_back(id);
}

}  // namespace cardresolver::dispatch
