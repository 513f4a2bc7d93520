// The bytes of a block of rows, made in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace cardresolver::sink {

/// Like a string to which one appends, but for its room, which may be written to before it counts: a row of
/// many short texts is made there, and is part of the block once it is whole.
class row_buffer {
public:
    row_buffer() = default;
    explicit row_buffer(std::string_view bytes) { append(bytes); }
    row_buffer(row_buffer&& other) noexcept
        : bytes_(std::move(other.bytes_)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    row_buffer& operator=(row_buffer&& other) noexcept {
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }
    ~row_buffer() = default;

    std::string_view view() const noexcept { return {bytes_.get(), size_}; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    std::size_t capacity() const noexcept { return capacity_; }

    /// The place of the next byte, with room for `size` of them, whose content is not defined.
    char* room_for(std::size_t size) {
        if (capacity_ - size_ < size) [[unlikely]]
            reserve(std::max(size_ + size, 2 * capacity_));
        return bytes_.get() + size_;
    }
    /// The place of the next byte.
    char* end() noexcept { return bytes_.get() + size_; }
    /// So many bytes may be written there.
    std::size_t room() const noexcept { return capacity_ - size_; }
    /// What was written at `end`, up to `end`, is part of the block.
    void extend_to(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }

    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(room_for(bytes.size()), bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    /// The memory stays.
    void clear() noexcept { size_ = 0; }
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_) return;
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
        capacity_ = capacity;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace cardresolver::sink
