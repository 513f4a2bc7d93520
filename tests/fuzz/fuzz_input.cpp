// Any list: text, CSV and NDJSON, cut into blocks; each record judged, and written as a row in either format.
// The same bytes as a compressed list, and in an encoding that is told or guessed.
#include "card/canonical.hpp"
#include "sink/row_format.hpp"
#include "source/csv_layout.hpp"
#include "source/csv_parser.hpp"
#include "source/csv_scan.hpp"
#include "source/decompression.hpp"
#include "source/encoding_source.hpp"
#include "source/input.hpp"
#include "source/ndjson_members.hpp"
#include "source/ndjson_parser.hpp"
#include "source/text_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

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

/// What is kept of a record can be taken apart.
void take_apart(const source::record_block& block) {
    if (block.kept_ends.empty()) return;
    if (block.kept_ends.size() != block.records.size()) std::abort();
    for (std::size_t i = 0; i < block.records.size(); ++i) {
        const auto whole = block.kept_of(i);
        std::vector<source::json_member> members;
        source::split_members(whole, members);
        const bool is_object =
            block.records[i].problem == card::invalid_reason::none && whole.starts_with('{');
        for (const auto& member : members) {
            const bool is_quoted =
                member.name.size() >= 2 && member.name.front() == '"' && member.name.back() == '"';
            if (is_object && (!is_quoted || member.value.empty())) std::abort();
        }
        std::size_t length = 0;
        source::for_each_field(whole, ',', [&length](std::string_view field) { length += field.size() + 1; });
        if (length != whole.size() + 1) std::abort();
    }
}

void parse_in_pieces(source::record_parser& parser, std::string_view list, std::size_t piece) {
    source::record_block block;
    while (true) {
        const auto taken = std::min(piece, list.size());
        block.text.append(list.substr(0, taken));
        list.remove_prefix(taken);
        block.clear_records();
        const auto done = parser.parse(block, list.empty());
        judge_and_write(block);
        take_apart(block);
        block.text.erase(0, done);
        if (list.empty()) return;
    }
}

/// The list in pieces, as a pipe may give it.
class fuzzed_source final : public source::byte_source {
public:
    fuzzed_source(std::string_view list, std::size_t piece) : list_(list), piece_(piece) {}

    std::size_t read(char* to, std::size_t room) override {
        const auto count = list_.copy(to, std::min(room, piece_));
        list_.remove_prefix(count);
        return count;
    }

private:
    std::string_view list_;
    std::size_t piece_;
};

/// A few bytes can stand for gigabytes.
constexpr std::size_t most_bytes = std::size_t{1} << 20U;

std::string read_all(source::byte_source& from) {
    std::string all;
    std::string buffer(4096, '\0');
    while (all.size() < most_bytes) {
        const auto count = from.read(buffer.data(), buffer.size());
        if (count == 0) break;
        all.append(buffer, 0, count);
    }
    return all;
}

void decompress(source::compression how, std::string_view list, std::size_t piece) {
    fuzzed_source from(list, piece);
    try {
        read_all(*source::make_decompressor(how, from));
    } catch (const source::input_error& error) {
        if (error.kind != source::input_error::error_kind::unusable) std::abort();
    }
}

void decode(std::optional<source::input_encoding> encoding, std::string_view list, std::size_t piece) {
    fuzzed_source pieces(list, piece);
    source::encoding_source in_pieces(pieces, encoding);
    const auto decoded = read_all(in_pieces);
    if (!encoding) return;  // a guess may depend on what was there to judge
    fuzzed_source whole(list, list.size() + 1);
    source::encoding_source at_once(whole, encoding);
    if (decoded != read_all(at_once)) std::abort();
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
    source::ndjson_parser ndjson({}, 0, true);
    parse_in_pieces(ndjson, list, piece);
    decompress(source::compression::gzip, list, piece);
    decompress(source::compression::zstd, list, piece);
    for (const auto encoding :
         {std::optional<source::input_encoding>(), std::optional(source::input_encoding::utf8),
          std::optional(source::input_encoding::gb18030)}) {
        decode(encoding, list, piece);
    }
    return 0;
}
