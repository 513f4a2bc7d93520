// Records whose columns are kept, while their cards are on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cardresolver::run {

/// Their texts by line: each is put once and taken once.
class kept_texts {
public:
    static constexpr std::size_t default_max_bytes = std::size_t{64} << 20U;

    /// `max_bytes`: as many bytes of waiting texts are enough.
    explicit kept_texts(std::size_t max_bytes = default_max_bytes) : max_bytes_(max_bytes) {}

    /// No further text should be put.
    bool is_full() const noexcept { return bytes_ >= max_bytes_; }

    void put(std::uint64_t line, std::string_view text);
    std::string take(std::uint64_t line);

private:
    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::unordered_map<std::uint64_t, std::string> texts_;
};

}  // namespace cardresolver::run
