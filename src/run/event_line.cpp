#include "run/event_line.hpp"

#include "card/text.hpp"
#include "run/summary.hpp"

#include <fmt/format.h>

#include <iterator>

namespace cardresolver::run {
namespace {

constexpr std::size_t longest_text = 1024;

}  // namespace

void append_json_text(std::string& out, std::string_view text, std::size_t max_bytes) {
    out.push_back('"');
    const auto begin = out.size();
    card::append_printable(out, text, max_bytes);  // no control character is left after it
    for (auto at = out.find_first_of("\"\\", begin); at != std::string::npos;
         at = out.find_first_of("\"\\", at + 2)) {
        out.insert(at, 1, '\\');
    }
    out.push_back('"');
}

event_line::event_line(std::string& out, std::string_view name) : out_(out) {
    out_.append(R"({"event":")").append(name).push_back('"');
}

event_line::~event_line() {
    out_.append("}\n");
}

void event_line::add_key(std::string_view key) {
    out_.append(",\"").append(key).append("\":");
}

event_line& event_line::text(std::string_view key, std::string_view value) {
    add_key(key);
    append_json_text(out_, value, longest_text);
    return *this;
}

event_line& event_line::number(std::string_view key, std::uint64_t value) {
    add_key(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
    return *this;
}

event_line& event_line::boolean(std::string_view key, bool value) {
    add_key(key);
    out_.append(value ? "true" : "false");
    return *this;
}

event_line& event_line::duration(std::string_view key, std::chrono::steady_clock::duration value) {
    add_key(key);
    fmt::format_to(std::back_inserter(out_), "{:.3f}",
                   std::chrono::duration<double, std::milli>(value).count());
    return *this;
}

event_line& event_line::time(std::string_view key, std::chrono::system_clock::time_point value) {
    return text(key, format_time(value));
}

}  // namespace cardresolver::run
