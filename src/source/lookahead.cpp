#include "source/lookahead.hpp"

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} * 1024;

}  // namespace

void lookahead::look_further() {
    const auto before = seen_.size();
    seen_.resize(before + block_bytes);
    const auto count = from_.read(seen_.data() + before, block_bytes);
    seen_.resize(before + count);
    is_at_end_ = count == 0;
}

std::size_t lookahead::read(char* to, std::size_t room) {
    const auto left = seen();
    if (left.empty()) return is_at_end_ ? 0 : from_.read(to, room);  // the end of a terminal comes but once
    const auto count = left.copy(to, room);
    taken_ += count;
    if (taken_ == seen_.size()) {
        std::string().swap(seen_);
        taken_ = 0;
    }
    return count;
}

}  // namespace cardresolver::source
