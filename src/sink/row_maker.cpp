#include "sink/row_maker.hpp"

#include "card/short_text.hpp"
#include "sink/plain_copy.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace cardresolver::sink {
namespace {

/// Constant texts are copied with what fills them up, so that their lengths make no difference.
template <std::size_t Capacity>
struct filled_text {
    std::array<char, Capacity> characters{};
    std::uint8_t size = 0;

    constexpr void append(std::string_view more) {
        for (const char c : more)
            characters[size++] = c;
    }
};

template <std::size_t Capacity>
char* copy(char* to, const filled_text<Capacity>& text) noexcept {
    std::memcpy(to, text.characters.data(), Capacity);
    return to + text.size;
}

/// The length of `text` is known to the compiler.
[[gnu::always_inline]] inline char* copy_constant(char* to, std::string_view text) noexcept {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

/// What stands between the texts of a row.
struct csv_frame {
    static constexpr bool has_nulls = false;
    static constexpr std::string_view begin = "";
    static constexpr std::string_view before_line = "";
    static constexpr std::string_view before_number = ",";
    static constexpr std::string_view before_kind = ",";
    static constexpr std::string_view before_outcome = ",";
    static constexpr std::string_view before_iccid = ",";
    static constexpr std::string_view before_msisdn = ",";
    static constexpr std::string_view before_imsi = ",";
    static constexpr std::string_view before_status = ",";
    static constexpr std::string_view before_message = ",";
    static constexpr std::string_view end = "\n";
};

struct ndjson_frame {
    static constexpr bool has_nulls = true;
    static constexpr std::string_view begin = "{";
    static constexpr std::string_view before_line = "\"line\":";
    static constexpr std::string_view before_number = ",\"number\":\"";
    static constexpr std::string_view before_kind = "\",\"kind\":\"";
    static constexpr std::string_view before_outcome = "\",\"outcome\":\"";
    static constexpr std::string_view before_iccid = "\",\"iccid\":\"";
    static constexpr std::string_view before_msisdn = "\",\"msisdn\":\"";
    static constexpr std::string_view before_imsi = "\",\"imsi\":\"";
    static constexpr std::string_view before_status = "\",\"status\":\"";
    static constexpr std::string_view before_message = "\",\"message\":\"";
    static constexpr std::string_view end = "\"}\n";
};

constexpr std::size_t longest_kind = std::string_view("msisdn").size();
constexpr std::size_t longest_outcome = std::string_view("resolved").size();

template <class Frame>
constexpr std::size_t longest_middle = Frame::before_kind.size() + longest_kind
                                       + Frame::before_outcome.size() + longest_outcome
                                       + Frame::before_iccid.size();

/// It is found fast where its size is a power of two.
template <class Frame>
using middle_text = filled_text<std::bit_ceil(longest_middle<Frame> + 1) - 1>;

/// From the number to the ICCID, by kind (the last one: none) and outcome.
template <class Frame>
constexpr auto middles = [] {
    using text = middle_text<Frame>;
    std::array<std::array<text, card::outcome_kind_count>, card::card_kind_count + 1> all{};
    for (std::size_t kind = 0; kind <= card::card_kind_count; ++kind) {
        for (std::size_t outcome = 0; outcome < card::outcome_kind_count; ++outcome) {
            auto& one = all[kind][outcome];
            one.append(Frame::before_kind);
            if (kind < card::card_kind_count) one.append(card::card_kind_names[kind]);
            one.append(Frame::before_outcome);
            one.append(card::outcome_kind_names[outcome]);
            one.append(Frame::before_iccid);
        }
    }
    return all;
}();

/// All that is written before a row's end, and may be written behind it, but for what it begins with.
template <class Frame>
constexpr std::size_t most_before_end =
    Frame::begin.size() + Frame::before_line.size() + line_text::room + Frame::before_number.size() +
    sizeof(middle_text<Frame>) + Frame::before_msisdn.size() + Frame::before_imsi.size() + 4 * longest_number;

/// For a whole row.
template <class Frame>
std::size_t room_needed(const row_end& end, std::string_view front) noexcept {
    return front.size() + most_before_end<Frame> + end.room();
}

/// From the number to the ICCID.
template <class Frame>
const auto& middle_of(const card::card_outcome& row) noexcept {
    const auto kind = row.kind ? card::index_of(*row.kind) : card::card_kind_count;
    return middles<Frame>[kind][static_cast<std::size_t>(row.outcome)];
}

/// The number that was asked stands in a row twice: usually it is one text.
bool is_asked_iccid(const card::card_outcome& row) noexcept {
    return row.iccid.data() == row.number.data() && row.iccid.size() == row.number.size();
}

bool has_unknown(const card::card_outcome& row) noexcept {
    return !row.kind || row.number.empty() || row.iccid.empty() || row.msisdn.empty() || row.imsi.empty();
}

/// The lowest bit of the byte of a word that is at `place` in memory.
constexpr unsigned bit_of(std::size_t place) noexcept {
    constexpr auto last = sizeof(std::uint64_t) - 1;
    return static_cast<unsigned>(8 * (std::endian::native == std::endian::little ? place : last - place));
}

}  // namespace

void line_text::set(std::uint64_t line) noexcept {
    std::array<char, room> text{};
    const char* const end = std::to_chars(text.begin(), text.end(), line).ptr;
    line_ = line;
    size_ = static_cast<std::size_t>(end - text.begin());
    front_size_ = size_ - std::min(size_, sizeof last_digits_);
    std::memcpy(front_.data(), text.data(), front_.size());
    std::memcpy(&last_digits_, &text[front_size_], sizeof last_digits_);
    last_digit_ = bit_of(size_ - front_size_ - 1);
}

void line_text::carry() noexcept {
    for (auto digits = size_ - front_size_; line_ != 0 && digits > 0; --digits) {
        const auto bit = bit_of(digits - 1);
        const auto is_nine = digit_at(bit) == '9';
        last_digits_ += (is_nine ? std::uint64_t{'0'} - '9' : 1U) << bit;
        if (!is_nine) return;
    }
    set(line_);
}

bool row_end::recognize(const card::card_outcome& row) noexcept {
    if (has_wording_of(row)) return true;
    if (row.message != message_ || row.status != status_) return false;
    wording_ = row.wording;
    return true;
}

void row_end::set(const card::card_outcome& row, std::string_view text) {
    wording_ = row.wording;
    status_ = row.status;
    message_ = row.message;
    text_ = text;
    size_ = text.size();
    text_.resize((size_ + block - 1) / block * block);
}

/// Keeps how a row ends, where that needs neither quotes nor repair.
template <class Frame>
bool row_maker::learn_end(const card::card_outcome& row) {
    if (!is_plain_csv_text(row.status) || !is_plain_csv_text(row.message)) return false;
    std::string text(Frame::before_status);
    text.append(row.status).append(Frame::before_message).append(row.message).append(Frame::end);
    end_.set(row, text);
    return true;
}

/// A usual row, where all is ready for it: the line's number, the row's end and room.
template <class Frame>
[[gnu::always_inline]] inline void row_maker::write(row_buffer& out, const card::card_outcome& row,
                                                    std::string_view front) {
    const auto& middle = middle_of<Frame>(row);
    plain_copy copy_number;
    char* to = out.end();
    to = copy_constant(to, Frame::begin);
    to = std::copy(front.begin(), front.end(), to);
    to = copy_constant(to, Frame::before_line);
    to = line_.append(to);
    to = copy_constant(to, Frame::before_number);
    if (is_asked_iccid(row)) [[likely]] {
        to = copy_number.twice(to, row.number, [&](char* between) { return copy(between, middle); });
    } else {
        to = copy_number(to, row.number);
        to = copy(to, middle);
        to = copy_number(to, row.iccid);
    }
    to = copy_constant(to, Frame::before_msisdn);
    to = copy_number.short_one(to, row.msisdn);
    to = copy_constant(to, Frame::before_imsi);
    to = copy_number.short_one(to, row.imsi);
    if (!copy_number.is_plain()) [[unlikely]]
        return append_unusual(out, row, front);
    out.extend_to(end_.append(to));
    line_.count_on();
}

/// Makes ready for a row, and for those that follow it.
template <class Frame>
[[gnu::noinline]] void row_maker::prepare(row_buffer& out, const card::card_outcome& row,
                                          std::string_view front) {
    if (!end_.recognize(row) && !learn_end<Frame>(row)) return append_unusual(out, row, front);
    if (!line_.is_of(row.line)) line_.set(row.line);
    out.room_for(room_needed<Frame>(end_, front));
    write<Frame>(out, row, front);
}

template <class Frame>
[[gnu::always_inline]] inline void row_maker::append_as(row_buffer& out, const card::card_outcome& row,
                                                        std::string_view front) {
    if (Frame::has_nulls && has_unknown(row)) return append_unusual(out, row, front);
    if (!end_.has_wording_of(row) || !line_.is_of(row.line) || out.room() < room_needed<Frame>(end_, front))
        [[unlikely]]
        return prepare<Frame>(out, row, front);
    write<Frame>(out, row, front);
}

row_maker::row_maker(output_format format) : format_(format) {
    if (format == output_format::ndjson) {
        learn_end<ndjson_frame>({});
    } else {
        learn_end<csv_frame>({});
    }
}

void row_maker::append(row_buffer& out, std::span<const card::card_outcome> rows) {
    const auto append_all = [&]<class Frame>(Frame) {
        for (const auto& row : rows)
            append_as<Frame>(out, row, {});
    };
    if (format_ == output_format::csv) return append_all(csv_frame{});
    if (format_ == output_format::ndjson) return append_all(ndjson_frame{});
    for (const auto& row : rows)
        append_unusual(out, row, {});
}

void row_maker::append_behind(row_buffer& out, const card::card_outcome& row, std::string_view front) {
    if (format_ == output_format::csv) return append_as<csv_frame>(out, row, front);
    if (format_ == output_format::ndjson) return append_as<ndjson_frame>(out, row, front);
    append_unusual(out, row, front);
}

void row_maker::append_unusual(row_buffer& out, const card::card_outcome& row, std::string_view front) {
    ++unusual_rows_;
    text_.clear();
    append_row(text_, format_, row, front);
    out.append(text_);
}

}  // namespace cardresolver::sink
