#include "sink/compact_row.hpp"

#include "sink/row_format.hpp"

#include <cstring>

namespace cardresolver::sink {
namespace {

/// Of this process alone, so in this machine's order of bytes.
template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, bytes.size());
    out.append(bytes.data(), bytes.size());
}

template <class Number>
Number take_number(std::string_view& from) {
    Number number{};
    std::memcpy(&number, from.data(), sizeof number);
    from.remove_prefix(sizeof number);
    return number;
}

std::string_view take_text(std::string_view& from) {
    const auto size = take_number<std::uint32_t>(from);
    const auto text = from.substr(0, size);
    from.remove_prefix(size);
    return text;
}

/// The length of all that follows comes first; it is known in the end.
std::size_t begin_row(std::string& out, std::uint64_t line) {
    const auto begin = out.size();
    append_number(out, std::uint32_t{0});
    append_number(out, line);
    return begin;
}

void end_row(std::string& out, std::size_t begin) {
    const auto size = static_cast<std::uint32_t>(out.size() - begin - sizeof(std::uint32_t));
    std::memcpy(out.data() + begin, &size, sizeof size);
}

}  // namespace

void append_compact_row(std::string& out, const card::card_outcome& row, std::string_view kept) {
    const auto begin = begin_row(out, row.line);
    const auto kind = row.kind ? to_string(*row.kind) : std::string_view();
    for (const auto text : {row.number, kind, to_string(row.outcome), row.iccid, row.msisdn, row.imsi,
                            row.status, row.message}) {
        append_compact_text(out, text);
    }
    out.append(kept);
    end_row(out, begin);
}

void append_compact_header(std::string& out, std::string_view kept) {
    const auto begin = begin_row(out, 0);
    for (std::size_t i = 0; i < std::tuple_size_v<decltype(compact_row::texts)>; ++i)
        append_number(out, std::uint32_t{0});
    out.append(kept);
    end_row(out, begin);
}

void append_compact_text(std::string& out, std::string_view text) {
    const auto begin = out.size();
    append_number(out, std::uint32_t{0});
    append_clean_text(out, text);
    end_row(out, begin);
}

bool take_compact_row(std::string_view& rows, compact_row& row) {
    if (rows.empty()) return false;
    auto rest = take_text(rows);
    row.line = take_number<std::uint64_t>(rest);
    for (auto& text : row.texts)
        text = take_text(rest);
    row.kept.clear();
    while (!rest.empty())
        row.kept.push_back(take_text(rest));
    return true;
}

}  // namespace cardresolver::sink
