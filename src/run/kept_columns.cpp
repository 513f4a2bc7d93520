#include "run/kept_columns.hpp"

#include "sink/compact_row.hpp"
#include "source/csv_scan.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace cardresolver::run {
namespace {

using source::input_format;

constexpr const char* prefix = "input_";

/// PostgreSQL has these columns in each of its tables.
constexpr std::array<std::string_view, 6> system_columns{"ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"};

bool is_ours(std::string_view name) noexcept {
    return std::find(sink::row_columns.begin(), sink::row_columns.end(), name) != sink::row_columns.end();
}

bool is_among(const std::vector<std::string>& names, std::string_view name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_same_in_database(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [lower](char x, char y) { return lower(x) == lower(y); });
}

bool is_taken_in_database(const std::vector<std::string>& names, std::string_view name) {
    const auto is_it = [name](std::string_view other) { return is_same_in_database(name, other); };
    const bool is_system =
        std::find(system_columns.begin(), system_columns.end(), name) != system_columns.end();
    return is_system || is_it("run_id") ||
           std::any_of(sink::row_columns.begin(), sink::row_columns.end(), is_it) ||
           std::any_of(names.begin(), names.end(), is_it);
}

std::vector<std::string> name_database_columns(const source::list_columns& list) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list.names.size(); ++i) {
        std::string name;
        if (list.has_header) sink::append_clean_text(name, list.names[i]);
        if (name.empty()) name = prefix + std::to_string(i + 1);
        while (is_taken_in_database(names, name))
            name.insert(0, prefix);
        names.push_back(std::move(name));
    }
    return names;
}

std::vector<std::string> name_columns(const source::list_columns& list, sink::output_format rows) {
    if (rows == sink::output_format::database) return name_database_columns(list);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list.names.size(); ++i) {
        if (!list.has_header) {
            names.push_back(prefix + std::to_string(i + 1));
            continue;
        }
        auto name = list.names[i];
        const bool is_repeated = rows == sink::output_format::ndjson && is_among(names, name);
        if (is_ours(name) || is_repeated) {
            do {
                name.insert(0, prefix);
            } while (is_among(list.names, name) || is_among(names, name));
        }
        names.push_back(std::move(name));
    }
    return names;
}

/// ="898602…", as a spreadsheet-safe CSV has it, without that: it will be put around the number again.
std::string_view without_text_formula(std::string_view text) noexcept {
    constexpr std::string_view before = "=\"";
    if (text.size() <= before.size() || !text.starts_with(before) || !text.ends_with('"')) return text;
    const auto inner = text.substr(before.size(), text.size() - before.size() - 1);
    const bool is_number = inner.find_first_not_of("0123456789") == std::string_view::npos;
    return is_number ? inner : text;
}

}  // namespace

void require_keepable(const source::list_columns& list, sink::output_format rows) {
    if (list.format != input_format::ndjson || rows == sink::output_format::ndjson) return;
    throw source::input_error(
        source::input_error::error_kind::mismatch,
        std::string("the input is NDJSON, whose fields --keep-columns keeps in NDJSON rows "
                    "alone: ") +
            (rows == sink::output_format::database ? "write the rows to a file of that format"
                                                   : "add --output-format ndjson"));
}

kept_columns::kept_columns(const source::list_columns& list, sink::output_format rows)
    : list_(list), rows_(rows), names_(name_columns(list, rows)) {
    require_keepable(list, rows);
}

std::string kept_columns::names() const {
    std::string names;
    for (const auto& name : names_) {
        if (rows_ == sink::output_format::database) {
            sink::append_compact_text(names, name);
        } else {
            sink::append_csv_field(names, rows_, name);
            names.push_back(',');
        }
    }
    return names;
}

void kept_columns::append(std::string& out, std::string_view record) {
    switch (list_.format) {
        case input_format::csv:
            return append_fields(out, record);
        case input_format::ndjson:
            return append_members(out, record);
        case input_format::text:
            break;
    }
}

void kept_columns::append_fields(std::string& out, std::string_view record) {
    std::size_t column = 0;
    source::for_each_field(record, list_.delimiter, [&](std::string_view quoted) {
        if (column == names_.size()) return;
        field_.assign(quoted);
        field_.resize(source::unquote_in_place(field_, 0, field_.size()));
        append_field(out, column++, field_);
    });
    while (column < names_.size())
        append_field(out, column++, {});
}

void kept_columns::append_field(std::string& out, std::size_t column, std::string_view text) const {
    if (rows_ == sink::output_format::database) return sink::append_compact_text(out, text);
    if (rows_ == sink::output_format::ndjson) {
        sink::append_json_string(out, names_[column]);
        out.push_back(':');
        sink::append_json_string(out, text);
    } else {
        const bool is_safe = rows_ == sink::output_format::spreadsheet_csv;
        sink::append_csv_field(out, rows_, is_safe ? without_text_formula(text) : text);
    }
    out.push_back(',');
}

void kept_columns::append_members(std::string& out, std::string_view object) {
    members_.clear();
    source::split_members(object, members_);
    for (const auto& member : members_) {
        sink::append_well_formed(out, name_of(member.name));
        out.push_back(':');
        sink::append_well_formed(out, member.value);
        out.push_back(',');
    }
}

/// With its quotes. What has an escape may be one of our names in disguise.
std::string kept_columns::name_of(std::string_view quoted_name) const {
    auto name = quoted_name.substr(1, quoted_name.size() - 2);
    std::string unescaped;
    if (name.find('\\') != std::string_view::npos) {
        boost::system::error_code ignored;  // malformed UTF-8: none of ours
        const auto value = boost::json::parse(quoted_name, ignored);
        if (value.is_string()) unescaped.assign(value.get_string().data(), value.get_string().size());
        name = unescaped;
    }
    if (!is_ours(name)) return std::string(quoted_name);
    auto quoted = '"' + (prefix + std::string(name)) + '"';
    const auto is_taken = [&quoted](const source::json_member& member) { return member.name == quoted; };
    while (std::any_of(members_.begin(), members_.end(), is_taken))
        quoted.insert(1, prefix);
    return quoted;
}

}  // namespace cardresolver::run
