// The transaction number that signs one attempt.
#pragma once

#include "carrier/transid_counter.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::carrier {

/// appid + YYYYMMDDHHMISS + 8 digits, at most 48 characters (CMIOT_API2111, common parameters).
class transid {
public:
    static constexpr std::size_t max_length = 48;

    constexpr transid() noexcept = default;
    /// Cuts what exceeds `max_length`.
    explicit transid(std::string_view text) noexcept;

    constexpr std::string_view view() const noexcept { return {characters_.data(), length_}; }

private:
    std::array<char, max_length> characters_{};
    std::uint8_t length_ = 0;
};

/// Makes transaction numbers out of blocks of serials, which keep them apart from those of all other
/// processes of the account (`carrier/transid_counter.hpp` has the proof).
///
/// The printed time is the carrier's (UTC+8 without daylight saving, computed, no time zone database). It is
/// the clock's as far as the block allows, never earlier than the block's second nor later than
/// `transid_life` after it, and it never goes back.
class transid_sequence {
public:
    /// Without a block. `appid` has at most `max_appid_length` characters.
    explicit transid_sequence(std::string_view appid);

    /// Goes on with this block. What is left of the one before is dropped.
    void use(const transid_block& block) noexcept;
    /// Numbers that the block has still to give.
    std::uint64_t left() const noexcept { return block_.count; }
    /// Whether the clock has left the block behind: its numbers would print a time that is over.
    bool is_outdated(std::chrono::system_clock::time_point now) const noexcept;

    /// The number for the attempt that starts at `now`; none where the block is exhausted.
    std::optional<transid> next(std::chrono::system_clock::time_point now);

private:
    void print_time();

    std::string text_;  ///< appid, time, serial: rewritten in place
    std::size_t time_offset_;
    std::int64_t printed_second_ = -1;  ///< seconds since 1970 in UTC
    transid_block block_;               ///< what is left of it
};

/// The same for a process that shares its account with nobody: it has a counter of its own.
class lone_transids {
public:
    /// `first_serial` is where the 8 digits start; a random one keeps two such processes apart, nearly
    /// always.
    lone_transids(std::string_view appid, std::uint64_t first_serial);

    /// The number for the attempt that starts at `now`.
    transid next(std::chrono::system_clock::time_point now);

private:
    transid_sequence sequence_;
    transid_counter counter_;
};

}  // namespace cardresolver::carrier
