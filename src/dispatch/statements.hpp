// What the carrier has said of the cards that were answered last, each text once.
#pragma once

#include "dispatch/number_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::dispatch {

/// Pairs of a status and a message, by their ids. Each is kept as long as somebody has it, who enters and
/// leaves; nearly all answers of a run have the same. Memory: the texts, at most `most_bytes`, and some 80
/// bytes for each pair.
class statements {
public:
    explicit statements(std::size_t most_bytes);

    /// Whether a pair of so many bytes could be kept if no other one were.
    bool may_fit(std::size_t bytes) const noexcept { return bytes <= most_bytes_; }
    /// Whether it finds room beside the others.
    bool fits(std::size_t bytes) const noexcept { return bytes_ + bytes <= most_bytes_; }

    /// The id of one of the last new pairs; `no_id` where it is none of them.
    std::uint32_t find(std::string_view status, std::string_view message) const noexcept;
    /// The id of a new pair, which fits. To be entered, and free again when all that have entered have left.
    std::uint32_t add(std::string_view status, std::string_view message);

    void enter(std::uint32_t id) noexcept { ++pairs_[id].users; }
    void leave(std::uint32_t id) {
        if (--pairs_[id].users == 0) drop(id);
    }

    std::string_view status(std::uint32_t id) const noexcept { return pairs_[id].status; }
    std::string_view message(std::uint32_t id) const noexcept { return pairs_[id].message; }

private:
    struct pair {
        std::string status;
        std::string message;
        std::size_t users = 0;  ///< 0: the id is free

        std::size_t size() const noexcept { return status.size() + message.size(); }
    };
    /// Among so many pairs, the last new ones, each answer looks for its own: a mixed list has a few.
    static constexpr std::size_t recent_pairs = 4;

    bool is_kept(std::uint32_t id) const noexcept { return pairs_[id].users > 0; }
    void drop(std::uint32_t id);

    std::vector<pair> pairs_;
    std::vector<std::uint32_t> free_;
    std::array<std::uint32_t, recent_pairs> recent_;  ///< ids, the newest first
    std::size_t bytes_ = 0;
    std::size_t most_bytes_;
};

}  // namespace cardresolver::dispatch
