// Rows as bytes, in place. Pure.
#pragma once

#include "card/outcome.hpp"
#include "card/short_text.hpp"
#include "sink/row_buffer.hpp"
#include "sink/row_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::sink {

/// The number of the line that is expected, as text. Cards are answered in the order of the list, a request
/// at a time: most lines are the one behind the last. Its last digits stand in a word, which counts on where
/// it is: to load what was just stored in parts, a processor waits until it has left its store buffer.
class line_text {
public:
    /// What `append` may write to, the text or not.
    static constexpr std::size_t room = 20;

    line_text() noexcept { set(0); }

    bool is_of(std::uint64_t line) const noexcept { return line == line_; }
    void set(std::uint64_t line) noexcept;
    char* append(char* to) const noexcept {
        std::memcpy(to, front_.data(), front_.size());
        std::memcpy(to + front_size_, &last_digits_, sizeof last_digits_);
        return to + size_;
    }
    /// To the next line.
    void count_on() noexcept {
        if (++line_ == 0 || digit_at(last_digit_) == '9') [[unlikely]]
            return carry();
        last_digits_ += std::uint64_t{1} << last_digit_;
    }

private:
    char digit_at(unsigned bit) const noexcept { return static_cast<char>(last_digits_ >> bit & 0xFFU); }
    void carry() noexcept;

    std::uint64_t line_ = 0;
    std::size_t size_ = 0;
    std::size_t front_size_ = 0;
    std::array<char, 16> front_{};   ///< the digits before the last eight
    std::uint64_t last_digits_ = 0;  ///< these, or what there is of them, in the order of memory
    unsigned last_digit_ = 0;        ///< at this bit
};

/// The last texts of a row, from its status on, which need neither quotes nor repair. Most rows of a run have
/// the same.
class row_end {
public:
    bool has_wording_of(const card::card_outcome& row) const noexcept {
        return row.wording == wording_ && row.wording != 0;
    }
    /// Whether `row` has this status and message; where so, it is known by its wording from now on.
    bool recognize(const card::card_outcome& row) noexcept;
    /// `text`: how a row with the status and message of `row` ends.
    void set(const card::card_outcome& row, std::string_view text);

    /// What `append` may write to.
    std::size_t room() const noexcept { return text_.size(); }
    char* append(char* to) const noexcept {
        const char* const text = text_.data();
        std::memcpy(to, text, block);  // nearly always the whole
        for (std::size_t at = block; at < size_; at += block)
            [[unlikely]] std::memcpy(to + at, text + at, block);
        return to + size_;
    }

private:
    static constexpr std::size_t block = 16;

    std::uint64_t wording_ = 0;
    std::string status_;
    std::string message_;
    std::string text_;  ///< whole blocks, at least one once it is set
    std::size_t size_ = 0;
};

/// Makes rows as `append_row` does. Nearly all of CSV and NDJSON are usual ones, which need neither quotes
/// nor repair: their numbers are copied between constant texts, and looked at on the way.
class row_maker {
public:
    explicit row_maker(output_format format);

    void append(row_buffer& out, std::span<const card::card_outcome> rows);
    /// `front`: see `append_row`.
    void append_behind(row_buffer& out, const card::card_outcome& row, std::string_view front);
    /// So many were no usual rows: they have taken several times as long.
    std::uint64_t unusual_rows() const noexcept { return unusual_rows_; }

private:
    // What is not done for nearly every row is apart, and comes last where it is called: so a usual row needs
    // no call at all.
    template <class Frame>
    void append_as(row_buffer& out, const card::card_outcome& row, std::string_view front);
    template <class Frame>
    void prepare(row_buffer& out, const card::card_outcome& row, std::string_view front);
    template <class Frame>
    void write(row_buffer& out, const card::card_outcome& row, std::string_view front);
    template <class Frame>
    bool learn_end(const card::card_outcome& row);
    void append_unusual(row_buffer& out, const card::card_outcome& row, std::string_view front);

    output_format format_;
    line_text line_;
    row_end end_;
    std::string text_;  ///< of an unusual row
    std::uint64_t unusual_rows_ = 0;
};

}  // namespace cardresolver::sink
