#include "run/checkpoint_text.hpp"

#include "checksum/crc32c.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace cardresolver::run {
namespace {

namespace json = boost::json;

/// Of the names and meanings below.
constexpr std::int64_t format_version = 1;

constexpr std::size_t checksum_length = 9;

/// Databases keep no checksums of their own, and one changed digit may be a row that is never written.
std::string checksum_of(std::string_view text) {
    return fmt::format("{:08x} ", checksum::extend_crc32c(0, text));
}

std::string to_hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 0x0FU]);
    }
    return text;
}

unsigned digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw std::invalid_argument("no hexadecimal digit");
}

std::string from_hexadecimal(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
    return bytes;
}

json::value value_of(const std::optional<source::input_identity>& input) {
    if (!input) return nullptr;
    return {{"size", input->size},
            {"head", input->head_crc},
            {"tail", input->tail_crc},
            {"inode", input->inode},
            {"modified_ns", input->modified_at_ns}};
}

json::value value_of(const std::optional<sink::output_mark>& mark) {
    if (!mark) return nullptr;
    return {{"bytes", mark->bytes}, {"tail", mark->tail_crc}};
}

json::value value_of(const source::input_position& position) {
    json::object to{{"offset", position.offset},
                    {"lines", position.lines},
                    {"hashed", position.hashed.bytes},
                    {"crc", position.hashed.crc},
                    {"gb18030", nullptr}};
    if (position.encoding) to["gb18030"] = *position.encoding == source::input_encoding::gb18030;
    return to;
}

/// A member that is a number.
template <class Number>
void take(const json::object& from, std::string_view name, Number& to) {
    to = from.at(name).to_number<Number>();
}

std::optional<source::input_identity> identity_of(const json::value& from) {
    if (from.is_null()) return std::nullopt;
    source::input_identity input;
    const auto& object = from.as_object();
    take(object, "size", input.size);
    take(object, "head", input.head_crc);
    take(object, "tail", input.tail_crc);
    take(object, "inode", input.inode);
    take(object, "modified_ns", input.modified_at_ns);
    return input;
}

sink::output_mark mark_of(const json::value& from) {
    sink::output_mark mark;
    take(from.as_object(), "bytes", mark.bytes);
    take(from.as_object(), "tail", mark.tail_crc);
    return mark;
}

source::input_position position_of(const json::value& from) {
    source::input_position position;
    const auto& object = from.as_object();
    take(object, "offset", position.offset);
    take(object, "lines", position.lines);
    take(object, "hashed", position.hashed.bytes);
    take(object, "crc", position.hashed.crc);
    if (const auto& encoding = object.at("gb18030"); !encoding.is_null())
        position.encoding =
            encoding.as_bool() ? source::input_encoding::gb18030 : source::input_encoding::utf8;
    return position;
}

std::optional<checkpoint> parse(const json::object& from) {
    if (from.at("version").to_number<std::int64_t>() != format_version) return std::nullopt;
    checkpoint state;
    state.input = identity_of(from.at("input"));
    state.position = position_of(from.at("position"));
    take(from.at("consumed").as_object(), "bytes", state.consumed.bytes);
    take(from.at("consumed").as_object(), "crc", state.consumed.crc);
    take(from, "newest_line", state.newest_line);
    auto open = decode_lines(from_hexadecimal(from.at("open_lines").as_string()));
    if (!open || (!open->empty() && open->back().last > state.newest_line)) return std::nullopt;
    state.open = std::move(*open);
    state.rows = mark_of(from.at("rows"));
    if (!from.at("failures").is_null()) state.failures = mark_of(from.at("failures"));
    state.is_complete = from.at("is_complete").as_bool();
    state.history = std::string(from.at("history").as_string());
    return state;
}

}  // namespace

std::string write_checkpoint(const checkpoint& state) {
    json::object to;
    to["version"] = format_version;
    to["input"] = value_of(state.input);
    to["position"] = value_of(state.position);
    to["consumed"] = {{"bytes", state.consumed.bytes}, {"crc", state.consumed.crc}};
    to["newest_line"] = state.newest_line;
    to["open_lines"] = to_hexadecimal(encode_lines(state.open));
    to["rows"] = value_of(std::optional(state.rows));
    to["failures"] = value_of(state.failures);
    to["is_complete"] = state.is_complete;
    to["history"] = state.history;
    const auto text = json::serialize(to);
    return checksum_of(text) + text;
}

std::optional<checkpoint> read_checkpoint(std::string_view text) {
    const auto checksum = text.substr(0, checksum_length);
    text.remove_prefix(checksum.size());
    if (checksum != checksum_of(text)) return std::nullopt;
    try {
        return parse(json::parse(text).as_object());
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace cardresolver::run
