#include "carrier/transid.hpp"

#include "carrier/decimal.hpp"

#include <algorithm>

namespace cardresolver::carrier {
namespace {

constexpr std::size_t time_width = 14;
constexpr std::size_t serial_width = 8;
constexpr std::uint64_t serial_count = 100'000'000;
constexpr std::chrono::hours carrier_offset{8};  // China Standard Time, no daylight saving since 1991

std::int64_t whole_seconds(std::chrono::system_clock::time_point now) {
    using std::chrono::floor;
    using std::chrono::seconds;
    // Years 1970 to 9999 alone can be printed; a clock outside them is a broken clock.
    constexpr std::int64_t last = 253'402'271'999;  // 9999-12-31 15:59:59 UTC
    return std::clamp<std::int64_t>(floor<seconds>(now.time_since_epoch()).count(), 0, last);
}

}  // namespace

transid::transid(std::string_view text) noexcept
    : length_(static_cast<std::uint8_t>(std::min(text.size(), max_length))) {
    std::copy_n(text.begin(), length_, characters_.begin());
}

transid_sequence::transid_sequence(std::string_view appid, std::uint64_t first_serial)
    : text_(appid), time_offset_(appid.size()), serial_(first_serial % serial_count) {
    text_.resize(time_offset_ + time_width + serial_width, '0');
}

transid transid_sequence::next(std::chrono::system_clock::time_point now) {
    const auto second = whole_seconds(now);
    if (second > printed_second_ || used_in_second_ == serial_count) {
        printed_second_ = std::max(second, printed_second_ + 1);
        used_in_second_ = 0;
        print_time();
    }
    write_digits(text_.data() + time_offset_ + time_width, serial_, serial_width);
    serial_ = (serial_ + 1) % serial_count;
    ++used_in_second_;
    return transid(text_);
}

std::chrono::seconds transid_sequence::lag_behind(std::chrono::system_clock::time_point now) const noexcept {
    return std::chrono::seconds(std::max<std::int64_t>(0, printed_second_ - whole_seconds(now)));
}

void transid_sequence::print_time() {
    using namespace std::chrono;
    const sys_seconds local{seconds(printed_second_) + carrier_offset};
    const auto day = floor<days>(local);
    const year_month_day date{day};
    const hh_mm_ss time{local - day};
    char* out = text_.data() + time_offset_;
    write_digits(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    write_digits(out + 4, static_cast<unsigned>(date.month()), 2);
    write_digits(out + 6, static_cast<unsigned>(date.day()), 2);
    write_digits(out + 8, static_cast<std::uint64_t>(time.hours().count()), 2);
    write_digits(out + 10, static_cast<std::uint64_t>(time.minutes().count()), 2);
    write_digits(out + 12, static_cast<std::uint64_t>(time.seconds().count()), 2);
}

}  // namespace cardresolver::carrier
