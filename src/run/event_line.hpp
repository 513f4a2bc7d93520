// One event of a trace as a line of NDJSON. Pure: appends to a string.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// Appends a string of JSON (RFC 8259): at most `max_bytes` of `text`, made printable.
void append_json_text(std::string& out, std::string_view text, std::size_t max_bytes);

/// Writes `{"event":"NAME"`, then members in the order of the calls, and `}` with a line break at its end of
/// life. `out` outlives it and is written by nothing else meanwhile.
class event_line {
public:
    event_line(std::string& out, std::string_view name);
    ~event_line();
    event_line(const event_line&) = delete;
    event_line& operator=(const event_line&) = delete;

    /// Any bytes; at most 1,024 of them are taken.
    event_line& text(std::string_view key, std::string_view value);
    event_line& number(std::string_view key, std::uint64_t value);
    event_line& boolean(std::string_view key, bool value);
    /// Milliseconds with three decimals.
    event_line& duration(std::string_view key, std::chrono::steady_clock::duration value);
    /// RFC 3339 in UTC with milliseconds.
    event_line& time(std::string_view key, std::chrono::system_clock::time_point value);
    /// An array: `append(out, i)` is called for each of `count` elements.
    template <class Append>
    event_line& array(std::string_view key, std::size_t count, Append append) {
        add_key(key);
        out_.push_back('[');
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) out_.push_back(',');
            append(out_, i);
        }
        out_.push_back(']');
        return *this;
    }

private:
    void add_key(std::string_view key);

    std::string& out_;
};

}  // namespace cardresolver::run
