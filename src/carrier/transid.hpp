// The transaction number that signs one attempt.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
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

/// Makes transaction numbers that never repeat within the sequence, whatever the clock does.
///
/// The printed time is the carrier's (UTC+8 without daylight saving, computed, no time zone database), and it
/// never goes back: while the clock is behind the last printed second, that second is kept and the serial
/// alone grows. A second holds 10^8 serials; should they run out, the printed time moves on by a second.
class transid_sequence {
public:
    /// `first_serial` is where the 8 digits start, taken modulo 10^8; a random one keeps two processes of one
    /// account apart. `appid` has at most `max_appid_length` characters.
    transid_sequence(std::string_view appid, std::uint64_t first_serial);

    /// The number for the attempt that starts at `now`.
    transid next(std::chrono::system_clock::time_point now);

    /// How far `now` is behind the last printed second; zero where it is not.
    std::chrono::seconds lag_behind(std::chrono::system_clock::time_point now) const noexcept;

private:
    void print_time();

    std::string text_;  ///< appid, time, serial: rewritten in place
    std::size_t time_offset_;
    std::int64_t printed_second_ = -1;  ///< seconds since 1970 in UTC
    std::uint64_t serial_;
    std::uint64_t used_in_second_ = 0;
};

}  // namespace cardresolver::carrier
