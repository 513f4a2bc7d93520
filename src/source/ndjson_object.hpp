// One line of an NDJSON list: the field with the number. Pure.
#pragma once

#include "card/canonical.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cardresolver::source {

/// Deepest nesting of lists and objects that is read.
inline constexpr std::size_t max_json_depth = 32;

/// The number's field as it was found. `text` points into the line, or into the reader where it had to be
/// unescaped: valid until the reader's next call. Where there is a problem, it is the whole line.
struct ndjson_field {
    std::string_view text;
    card::invalid_reason problem = card::invalid_reason::none;
};

/// Finds the number in objects. Keeps its buffers: in the steady state it does not allocate.
class ndjson_object_reader {
public:
    /// `column`: the field's name, or empty: the first of the known columns that an object has and that is
    /// not null. Names are compared as in a CSV's head (`is_same_name`).
    explicit ndjson_object_reader(const std::string& column);
    ~ndjson_object_reader();
    ndjson_object_reader(const ndjson_object_reader&) = delete;
    ndjson_object_reader& operator=(const ndjson_object_reader&) = delete;

    /// `line`: without its line end, at most `max_record_length` bytes. The text of a number is the digits as
    /// they stand there, however many: it is never a floating-point value. Null is an empty text. Malformed
    /// UTF-8 is let through: the bytes of other fields do not matter here.
    ndjson_field find(std::string_view line);

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::source
