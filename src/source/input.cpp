#include "source/input.hpp"

#include "card/text.hpp"
#include "source/csv_layout.hpp"
#include "source/csv_parser.hpp"
#include "source/decompression.hpp"
#include "source/descriptor_source.hpp"
#include "source/encoding_source.hpp"
#include "source/list_reader.hpp"
#include "source/lookahead.hpp"
#include "source/ndjson_parser.hpp"
#include "source/query_list.hpp"
#include "source/sniff.hpp"
#include "source/text_parser.hpp"

#include <cstring>
#include <utility>

namespace cardresolver::source {
namespace {

/// A block with what is left of the last one. Small: a run goes through several of them, and the records in
/// them, over and over, beside much else that shall stay in the processor's caches. No power of two: then
/// blocks begin anywhere in a page of the list. Where they do at one place, each is copied out of the
/// system's cache to one distance from where it stands there, and the processor takes three times as long
/// where that is a few bytes.
constexpr std::size_t block_bytes = std::size_t{24} * 1024 - 64;
constexpr std::size_t max_shown_path = 1000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Does `action`, whose complaints do not know what the input is called.
template <typename Action>
auto naming(const std::string& name, Action action) {
    try {
        return action();
    } catch (const input_error& error) {
        throw input_error(error.kind, name + ": " + error.what());
    }
}

class file_list final : public list_reader {
public:
    file_list(const input_settings& settings, const input_resumption& resumption)
        : name_(name_of_input(settings.path)) {
        naming(name_, [&] {
            file_.emplace(settings.path, resumption.consumed);
            decompress();
            encoded_.emplace(decompressed_ ? *decompressed_ : *raw_, settings.encoding);
            look_at_first_line(settings);
            if (file_->can_go() && resumption.from.offset > 0) go_to(resumption.from);
        });
    }

    bool read(record_block& block) override {
        return naming(name_, [&] { return read_block(block); });
    }
    const list_columns& columns() const noexcept override { return columns_; }
    bool is_known_list() const noexcept override { return file_->is_as_expected(); }
    std::optional<std::uint64_t> size() const noexcept override { return file_->size(); }

private:
    void decompress();
    void look_at_first_line(const input_settings& settings);
    void go_to(const input_position& from);
    input_position position() const;
    std::size_t read_some(char* to, std::size_t room);
    void read_more();
    void drop_blank_lines();
    std::unique_ptr<record_parser> make_parser(const input_settings& settings);
    std::unique_ptr<record_parser> make_csv_parser(const input_settings& settings);
    void fill(record_block& block);
    bool read_block(record_block& block);

    std::string name_;
    std::optional<descriptor_source> file_;
    std::optional<lookahead> raw_;               ///< of `file_`
    std::unique_ptr<byte_source> decompressed_;  ///< of `raw_`; null where that is plain
    std::optional<encoding_source> encoded_;     ///< in UTF-8, the last of these stages
    std::string pending_;                        ///< read, not yet in a block
    std::uint64_t passed_ = 0;  ///< bytes that came out of `encoded_`, or were skipped by `go_to`
    std::unique_ptr<record_parser> parser_;
    list_columns columns_;
    std::uint64_t blank_lines_ = 0;  ///< dropped before the first line that is not blank
    bool is_untouched_ = true;       ///< `pending_` holds what was read while looking at the first line
    bool at_end_ = false;
    bool is_done_ = false;
};

void file_list::decompress() {
    raw_.emplace(*file_);
    auto how = detect_compression(raw_->seen(), raw_->is_at_end());
    while (!how) {
        raw_->look_further();
        how = detect_compression(raw_->seen(), raw_->is_at_end());
    }
    decompressed_ = make_decompressor(*how, *raw_);
}

void file_list::look_at_first_line(const input_settings& settings) {
    // A byte order mark and the signatures of foreign formats are shorter than any first line with a number.
    while (pending_.find('\n') == std::string::npos && pending_.size() <= max_record_length && !at_end_)
        read_more();
    const auto complaint = find_foreign_content(pending_);
    if (!complaint.empty()) throw input_error(input_error::error_kind::unusable, std::string(complaint));
    if (pending_.starts_with(byte_order_mark)) pending_.erase(0, byte_order_mark.size());
    parser_ = make_parser(settings);
}

/// What stands before the list is dropped as it comes: there may be any amount of it.
void file_list::drop_blank_lines() {
    const auto blank = count_blank_lines(pending_);
    pending_.erase(0, blank.bytes);
    blank_lines_ += blank.lines;
}

std::unique_ptr<record_parser> file_list::make_parser(const input_settings& settings) {
    auto format = settings.format;
    while (!format) {
        drop_blank_lines();
        if (const auto line = find_first_line(pending_, at_end_)) {
            format = guess_format(settings, *line);
        } else {
            read_more();
        }
    }
    columns_.format = *format;
    switch (*format) {
        case input_format::csv:
            return make_csv_parser(settings);
        case input_format::ndjson:
            return std::make_unique<ndjson_parser>(settings.column, blank_lines_, settings.keeps_columns);
        case input_format::text:
            break;
    }
    return std::make_unique<text_parser>(blank_lines_);
}

std::unique_ptr<record_parser> file_list::make_csv_parser(const input_settings& settings) {
    for (;;) {
        drop_blank_lines();
        const auto record = find_first_record(pending_, at_end_);
        if (record && !record->empty()) {
            const auto layout = find_layout(*record, settings.column);
            columns_.delimiter = layout.delimiter;
            columns_.has_header = layout.has_header;
            columns_.names = split_record(*record, layout.delimiter);
            return std::make_unique<csv_parser>(layout, blank_lines_, settings.keeps_columns);
        }
        if (record && at_end_) return std::make_unique<csv_parser>(csv_layout{}, blank_lines_);
        if (record) {
            throw input_error(input_error::error_kind::unusable,
                              "starts with a line of blanks that does not end");
        }
        read_more();
    }
}

/// Only where the list stands in the file as the parser sees it.
void file_list::go_to(const input_position& from) {
    file_->go_to(from);
    raw_.emplace(*file_);
    encoded_.emplace(*raw_, from.encoding);
    parser_->skip_to(from.lines);
    pending_.clear();
    passed_ = from.offset;
    is_untouched_ = false;
    at_end_ = false;
}

/// In front of `pending_`.
input_position file_list::position() const {
    input_position here;
    here.hashed = file_->hashed();
    here.encoding = encoded_->encoding();
    const bool is_plain =
        !decompressed_ && here.encoding.value_or(input_encoding::utf8) == input_encoding::utf8;
    here.offset = is_plain ? passed_ - pending_.size() : 0;
    here.lines = parser_->lines();
    return here;
}

std::size_t file_list::read_some(char* to, std::size_t room) {
    const auto count = encoded_->read(to, room);
    passed_ += count;
    at_end_ = count == 0;
    return count;
}

void file_list::read_more() {
    const auto kept = pending_.size();
    pending_.resize(kept + block_bytes);
    const auto count = read_some(pending_.data() + kept, block_bytes);
    pending_.resize(kept + count);
}

/// What is left of the last block, and behind it what the next read gives.
void file_list::fill(record_block& block) {
    const auto kept = pending_.size();
    block.begins_at.reset();
    if (parser_->is_between_records()) block.begins_at = position();
    if (is_untouched_ && (kept != 0 || at_end_)) {
        block.text.assign(pending_);
    } else {
        const auto room = kept < block_bytes / 2 ? block_bytes - kept : block_bytes;
        block.text.resize(kept + room);
        std::memcpy(block.text.data(), pending_.data(), kept);
        const auto count = read_some(block.text.data() + kept, room);
        block.text.resize(kept + count);
    }
    is_untouched_ = false;
}

bool file_list::read_block(record_block& block) {
    block.clear_records();
    if (!is_done_) {
        fill(block);
        const auto done = parser_->parse(block, at_end_);
        pending_.assign(block.text, done);
        is_done_ = at_end_;
    } else {
        block.text.clear();
    }
    block.consumed = file_->hashed();
    block.bytes_read = file_->position();
    block.lines_read = parser_->lines();
    if (!is_done_ || !block.records.empty()) return true;
    block.text.clear();
    return false;
}

}  // namespace

std::string name_of_input(const std::string& path) {
    if (is_standard_input(path)) return "standard input";
    if (const auto query = name_of_query(path)) return *query;
    std::string name = "'";
    card::append_printable(name, path, max_shown_path);
    name.push_back('\'');
    return name;
}

input::input(const input_settings& settings, const input_resumption& resumption) {
    if (name_of_query(settings.path)) {
        reader_ = std::make_unique<query_list>(settings, resumption);
    } else {
        reader_ = std::make_unique<file_list>(settings, resumption);
    }
}
input::~input() = default;

bool input::read(record_block& block) {
    return reader_->read(block);
}
const list_columns& input::columns() const noexcept {
    return reader_->columns();
}
bool input::is_known_list() const noexcept {
    return reader_->is_known_list();
}
std::optional<std::uint64_t> input::size() const noexcept {
    return reader_->size();
}

}  // namespace cardresolver::source
