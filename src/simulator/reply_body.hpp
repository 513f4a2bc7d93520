// The carrier's JSON, as the document's sample has it: the same keys in the same order.
#pragma once

#include "simulator/card_book.hpp"
#include "simulator/status_codes.hpp"
#include "simulator/text_buffer.hpp"

#include <string_view>

namespace cardresolver::simulator {

/// How the whole body is spelt.
struct reply_style {
    bool upper_keys = false;     ///< every key in capitals
    bool number_status = false;  ///< every status as a number
};

/// One item of the result; an empty number leaves its key out. No text needs escaping.
struct reply_item {
    carrier_status status;
    card_triple numbers;
};

/// Writes one body, from begin to end.
class reply_body {
public:
    /// Writes to `out`, which outlives it.
    reply_body(text_buffer& out, reply_style style) noexcept : out_(out), style_(style) {}

    /// A whole body without items.
    void write_status(const carrier_status& status);
    /// A whole body whose result is null.
    void write_null_result(const carrier_status& status);

    /// The start of a body with items; then `add` for each, then `end`.
    void begin(const carrier_status& status);
    void add(const reply_item& item);
    /// The same without the comma after the status, as in the document's sample.
    void add_without_comma(const reply_item& item);
    void end();

private:
    void put_status(const carrier_status& status, std::string_view between);
    void put_item(const reply_item& item, std::string_view between);

    text_buffer& out_;
    reply_style style_;
    bool has_items_ = false;
};

}  // namespace cardresolver::simulator
