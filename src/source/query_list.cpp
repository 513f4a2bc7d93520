#include "source/query_list.hpp"

#include "source/csv_layout.hpp"

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = 65536;
constexpr std::size_t block_records = 8192;  // however little there is in them

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

}  // namespace

query_list::query_list(const input_settings& settings, const input_resumption& resumption)
    : name_(name_of_query(settings.path).value_or("")),
      rows_(open_query(settings.path)),
      keeps_records_(settings.keeps_columns),
      beginning_(resumption.consumed) {
    columns_.format = input_format::csv;
    columns_.has_header = true;
    columns_.names = rows_->columns();
    try {
        number_column_ = find_number_column_of(columns_.names, settings.column);
    } catch (const input_error& error) {
        throw input_error(error.kind, name_ + ": " + error.what());
    }
}

bool query_list::read(record_block& block) {
    block.clear_records();
    block.text.clear();
    block.begins_at = input_position{0, row_, beginning_.noted(), {}};
    bool is_at_end = false;
    try {
        while (!is_at_end && block.records.size() < block_records &&
               block.text.size() + block.kept.size() < block_bytes) {
            is_at_end = !rows_->next(values_);
            if (!is_at_end) add(block);
        }
        if (is_at_end) beginning_.require_whole();
    } catch (const input_error& error) {
        const std::string_view what = error.what();
        throw input_error(error.kind, what.starts_with(name_) ? error.what() : name_ + ": " + error.what());
    }
    block.consumed = beginning_.noted();
    block.bytes_read = beginning_.noted().bytes;
    block.lines_read = row_;
    return !is_at_end || !block.records.empty();
}

void query_list::add(record_block& block) {
    record one;
    one.line = ++row_;
    auto number = values_[number_column_];
    if (keeps_records_) keep_values();
    // The limits are those of a CSV's record.
    if (number.size() > max_record_length || kept_.size() > max_record_length) {
        one.problem = card::invalid_reason::unreadable_record;
        number = number.substr(0, kept_of_unread_record);
        kept_.clear();
    }
    one.offset = static_cast<std::uint32_t>(block.text.size());
    one.length = static_cast<std::uint32_t>(number.size());
    block.text.append(number);
    block.records.push_back(one);
    if (keeps_records_) block.keep(kept_);
    beginning_.note(number);
    beginning_.note(kept_);
    beginning_.note("\n");
}

void query_list::keep_values() {
    kept_.clear();
    for (const auto value : values_) {
        if (!kept_.empty()) kept_.push_back(columns_.delimiter);
        append_quoted(kept_, value);
    }
}

}  // namespace cardresolver::source
