// Any list: text, CSV and NDJSON, cut into blocks; each record judged, and written as a row in either format.
#include "card/canonical.hpp"
#include "sink/row_format.hpp"
#include "source/csv_layout.hpp"
#include "source/csv_parser.hpp"
#include "source/ndjson_parser.hpp"
#include "source/text_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace cardresolver;

void judge_and_write(const source::record_block& block) {
    for (const auto& record : block.records) {
        if (record.offset + record.length > block.text.size()) std::abort();
        const auto field = block.field_of(record);
        const auto judged = card::canonicalize(field, {});
        for (const char c : judged.number.view()) {
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) std::abort();
        }
        const auto raw = card::escape_raw(field);
        card::card_outcome row;
        row.line = record.line;
        row.number = raw;
        row.message = field;  // as hostile as it gets
        std::string out;
        sink::append_row(out, sink::output_format::csv, row);
        sink::append_row(out, sink::output_format::spreadsheet_csv, row);
        sink::append_row(out, sink::output_format::ndjson, row);
        if (out.empty() || out.back() != '\n') std::abort();
    }
}

void parse_in_pieces(source::record_parser& parser, std::string_view list, std::size_t piece) {
    source::record_block block;
    while (true) {
        const auto taken = std::min(piece, list.size());
        block.text.append(list.substr(0, taken));
        list.remove_prefix(taken);
        block.records.clear();
        const auto done = parser.parse(block, list.empty());
        judge_and_write(block);
        block.text.erase(0, done);
        if (list.empty()) return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = 1 + bytes[0];
    const std::string_view list(reinterpret_cast<const char*>(bytes) + 2, size - 2);
    source::text_parser text;
    parse_in_pieces(text, list, piece);
    source::csv_layout layout;
    layout.delimiter = bytes[1] % 2 == 0 ? ',' : ';';
    source::csv_parser csv(layout);
    parse_in_pieces(csv, list, piece);
    source::ndjson_parser ndjson({});
    parse_in_pieces(ndjson, list, piece);
    return 0;
}
