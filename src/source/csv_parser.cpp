#include "source/csv_parser.hpp"

#include "card/text.hpp"
#include "source/byte_places.hpp"

#include <algorithm>

namespace cardresolver::source {
namespace {

/// Broken records within one reach that may each cost a scan of `max_record_length` bytes.
constexpr unsigned max_failures = 16;

bool begins_visibly(std::string_view record) noexcept {
    return !record.empty() && card::is_visible(record.front());
}

bool is_blank(std::string_view record) noexcept {
    return !begins_visibly(record) && card::trim_blanks(record).empty();
}

/// One record and its fields, as the bytes come along at which one of them ends.
class usual_record {
public:
    usual_record(std::string_view text, char delimiter, std::size_t wanted)
        : text_(text), delimiter_(delimiter), wanted_(wanted) {}

    std::size_t begin() const noexcept { return begin_; }
    /// Within quotes, so that no delimiter counts.
    bool is_open() const noexcept { return is_open_; }
    /// Of the wanted field, without its quotes; empty where the record has ended before it.
    std::size_t wanted_begin() const noexcept { return wanted_begin_; }
    std::size_t wanted_length() const noexcept { return wanted_length_; }

    void begin_record(std::size_t place) noexcept {
        begin_ = field_begin_ = wanted_begin_ = place;
        wanted_length_ = field_ = 0;
    }
    void end_field(std::size_t end) noexcept {
        if (field_++ == wanted_) {
            wanted_begin_ = field_begin_ + quotes_;
            wanted_length_ = end - quotes_ - wanted_begin_;
        }
        field_begin_ = end + 1;
        quotes_ = 0;
    }
    /// False where the quote neither opens the field nor closes all of it.
    bool take_quote(std::size_t place) noexcept {
        if (!is_open_ && place != field_begin_) return false;
        is_open_ = !is_open_;
        quotes_ = 1;
        return is_open_ || is_followed_by_end(place);
    }

private:
    bool is_followed_by_end(std::size_t place) const noexcept {
        const auto next = text_.substr(place + 1, 2);
        return next.starts_with(delimiter_) || next.starts_with('\n') || next == "\r\n";
    }

    std::string_view text_;
    char delimiter_;
    std::size_t wanted_;
    std::size_t begin_ = 0;
    std::size_t field_ = 0;  ///< which one of the record
    std::size_t field_begin_ = 0;
    std::size_t quotes_ = 0;  ///< at each end of the field
    bool is_open_ = false;
    std::size_t wanted_begin_ = 0;
    std::size_t wanted_length_ = 0;
};

std::string_view without_line_end(std::string_view record) noexcept {
    if (record.ends_with('\n')) record.remove_suffix(1);
    if (record.ends_with('\r')) record.remove_suffix(1);
    return record;
}

}  // namespace

inline void csv_parser::add(record_block& block, std::size_t offset, std::size_t length,
                            card::invalid_reason problem) {
    block.records.push_back(
        {lines_ + 1, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length), problem});
}

std::size_t csv_parser::parse(record_block& block, bool at_end) {
    const std::string_view text = block.text;
    std::size_t position = skipping_ ? skip_long_line(text) : 0;
    const auto consumed_before = consumed_;
    while (position < text.size()) {
        consumed_ = consumed_before + position;
        if (const auto taken = take_usual_records(block, position); taken > 0) {
            position += taken;
            continue;
        }
        const auto rest = text.substr(position);
        const auto found = scan(rest, at_end);
        if (found.found == csv_record::state::complete) {
            take(block, position, found);
            position += found.length;
        } else if (found.found == csv_record::state::broken || at_end || is_hopeless(rest)) {
            note_failure(found, rest);
            position += give_up(block, position, rest);
        } else {
            break;
        }
    }
    consumed_ = consumed_before + position;
    if (at_end && skipping_) {
        skipping_ = false;
        ++lines_;
    }
    return position;
}

/// Records of fields that are plain or wholly within quotes, up to the first that is not such a one, or not
/// whole. Returns how many bytes that takes. What `scan` and `take` do with them comes to the same.
std::size_t csv_parser::take_usual_records(record_block& block, std::size_t offset) {
    if (header_pending_ || is_line_by_line()) return 0;
    const auto text = std::string_view(block.text).substr(offset);
    const auto delimiter = layout_.delimiter;
    usual_record fields(text, delimiter, layout_.column);
    const auto see = [&](std::size_t place) {
        if (text[place] == '"') return fields.take_quote(place);
        if (fields.is_open()) return text[place] == delimiter;
        if (text[place] == delimiter) {
            fields.end_field(place);
            return true;
        }
        auto record = text.substr(fields.begin(), place - fields.begin());
        if (record.size() >= max_record_length || !begins_visibly(record)) return false;
        if (record.back() == '\r') record.remove_suffix(1);
        keep(block, record);
        fields.end_field(fields.begin() + record.size());
        add(block, offset + fields.wanted_begin(), fields.wanted_length(), card::invalid_reason::none);
        ++lines_;
        fields.begin_record(place + 1);
        return true;
    };
    for_each_place(text, see, '\n', '"', delimiter);
    return fields.begin();
}

std::size_t csv_parser::skip_long_line(std::string_view text) {
    const auto line_end = text.find('\n');
    if (line_end == std::string_view::npos) return text.size();
    skipping_ = false;
    ++lines_;
    return line_end + 1;
}

csv_record csv_parser::scan(std::string_view rest, bool at_end) const noexcept {
    // The line end that completes the longest record stands right after it.
    const auto window = rest.substr(0, max_record_length + 1);
    const bool is_all = at_end && rest.size() <= max_record_length;
    if (!is_line_by_line()) return scan_record(window, layout_.delimiter, layout_.column, is_all);
    const auto line_end = window.find('\n');
    if (line_end == std::string_view::npos)
        return scan_record(window, layout_.delimiter, layout_.column, is_all);
    return scan_record(window.substr(0, line_end + 1), layout_.delimiter, layout_.column, false);
}

/// Whether more text could not make a record of what `scan` has found incomplete.
bool csv_parser::is_hopeless(std::string_view rest) const noexcept {
    return rest.size() > max_record_length ||
           (is_line_by_line() && rest.find('\n') != std::string_view::npos);
}

void csv_parser::take(record_block& block, std::size_t offset, const csv_record& found) {
    const bool is_record = !is_blank(std::string_view(block.text).substr(offset, found.length));
    if (is_record && !header_pending_) {
        keep(block, without_line_end(std::string_view(block.text).substr(offset, found.length)));
        const auto begin = offset + found.field_begin;
        const auto length = unquote_in_place(block.text, begin, offset + found.field_end);
        add(block, begin, length, card::invalid_reason::none);
    }
    if (is_record) header_pending_ = false;
    lines_ += found.lines;
}

/// Makes the first physical line of a broken record a record of its own. Returns how many bytes that takes.
std::size_t csv_parser::give_up(record_block& block, std::size_t offset, std::string_view rest) {
    const auto line_end = rest.find('\n');
    if (!header_pending_) {
        const auto kept = std::min({line_end, rest.size(), kept_of_unread_record});
        keep(block, {});
        add(block, offset, kept, card::invalid_reason::unreadable_record);
    }
    header_pending_ = false;
    if (line_end != std::string_view::npos) {
        ++lines_;
        return line_end + 1;
    }
    skipping_ = true;
    return rest.size();
}

void csv_parser::note_failure(const csv_record& found, std::string_view rest) noexcept {
    if (is_line_by_line()) return;
    const bool is_seen = found.found == csv_record::state::broken;
    const auto reach = is_seen ? found.length : std::min(rest.size(), max_record_length + 1);
    failures_ = consumed_ < doubtful_until_ ? failures_ + 1 : 1;
    doubtful_until_ = std::max(doubtful_until_, consumed_ + reach);
}

bool csv_parser::is_line_by_line() const noexcept {
    return failures_ >= max_failures && consumed_ < doubtful_until_;
}

}  // namespace cardresolver::source
