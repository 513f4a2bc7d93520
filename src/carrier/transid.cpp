#include "carrier/transid.hpp"

#include "carrier/carrier_offset.hpp"
#include "carrier/decimal.hpp"

#include <algorithm>

namespace cardresolver::carrier {
namespace {

constexpr std::size_t time_width = 14;
constexpr std::size_t serial_width = 8;

/// Years 1970 to 9999 alone can be printed; a clock outside them is a broken clock.
constexpr std::int64_t last_second = 253'402'271'999;  // 9999-12-31 15:59:59 UTC

std::int64_t whole_seconds(std::chrono::system_clock::time_point now) {
    using std::chrono::floor;
    using std::chrono::seconds;
    return std::clamp<std::int64_t>(floor<seconds>(now.time_since_epoch()).count(), 0, last_second);
}

}  // namespace

transid::transid(std::string_view text) noexcept
    : length_(static_cast<std::uint8_t>(std::min(text.size(), max_length))) {
    std::copy_n(text.begin(), length_, characters_.begin());
}

transid_sequence::transid_sequence(std::string_view appid) : text_(appid), time_offset_(appid.size()) {
    text_.resize(time_offset_ + time_width + serial_width, '0');
}

void transid_sequence::use(const transid_block& block) noexcept {
    block_ = block;
}

bool transid_sequence::is_outdated(std::chrono::system_clock::time_point now) const noexcept {
    return whole_seconds(now) > block_.second + transid_life.count();
}

std::optional<transid> transid_sequence::next(std::chrono::system_clock::time_point now) {
    if (block_.count == 0) return std::nullopt;
    const auto allowed = std::clamp(whole_seconds(now), block_.second, block_.second + transid_life.count());
    // Blocks of one counter begin later and later, so that what an earlier one has printed is allowed, too.
    if (allowed > printed_second_) {
        printed_second_ = allowed;
        print_time();
    }
    write_digits(text_.data() + time_offset_ + time_width, block_.first_serial % serial_count, serial_width);
    ++block_.first_serial;
    --block_.count;
    return transid(text_);
}

lone_transids::lone_transids(std::string_view appid, std::uint64_t first_serial)
    : sequence_(appid), counter_(transid_counter::starting_at(first_serial)) {}

transid lone_transids::next(std::chrono::system_clock::time_point now) {
    constexpr std::uint64_t block_size = 1000;
    if (sequence_.left() == 0 || sequence_.is_outdated(now)) sequence_.use(counter_.take(block_size, now));
    return *sequence_.next(now);
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
