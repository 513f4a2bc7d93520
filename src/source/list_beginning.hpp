// The checksum of what was read of a list, and whether it is the list that was expected. Pure.
#pragma once

#include "source/input_position.hpp"

#include <string_view>

namespace cardresolver::source {

class list_beginning {
public:
    /// `expected`: what an earlier look at the list has found; empty: nothing is.
    explicit list_beginning(const input_beginning& expected = {}) : expected_(expected) {}

    /// Goes on behind what was noted elsewhere; nothing is compared then.
    void go_to(const input_beginning& noted) noexcept { noted_ = noted; }
    /// Takes note of the bytes that follow. Throws `input_error` (unusable) as soon as they are other ones.
    void note(std::string_view bytes);
    /// At the end of the list: throws likewise where less came than expected.
    void require_whole() const;

    const input_beginning& noted() const noexcept { return noted_; }
    /// All that was expected has come.
    bool is_as_expected() const noexcept { return noted_.bytes >= expected_.bytes; }

private:
    input_beginning noted_;
    input_beginning expected_;
};

}  // namespace cardresolver::source
