#include "carrier/reply_repair.hpp"

namespace cardresolver::carrier {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The position behind the closing quote of the string that opens at `open`; the end where it never closes.
std::size_t end_of_string(std::string_view json, std::size_t open) {
    for (std::size_t i = open + 1; i < json.size(); ++i) {
        if (json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            return i + 1;
        }
    }
    return json.size();
}

/// Whether a value may have ended just before a character that follows `last`.
bool ends_a_value(char last) {
    return last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') ||
           (last >= 'a' && last <= 'z');  // true, false, null
}

}  // namespace

bool insert_missing_commas(std::string_view json, std::string& out) {
    out.clear();
    bool inserted = false;
    char last = ',';            // last character that is no white space
    std::size_t value_end = 0;  // where in `out` it ended
    for (std::size_t i = 0; i < json.size();) {
        if (is_space(json[i])) {
            out.push_back(json[i++]);
            continue;
        }
        if (json[i] == '"') {
            if (ends_a_value(last)) {
                out.insert(value_end, 1, ',');
                inserted = true;
            }
            const auto end = end_of_string(json, i);
            out.append(json.substr(i, end - i));
            i = end;
            last = '"';
        } else {
            last = json[i];
            out.push_back(json[i++]);
        }
        value_end = out.size();
    }
    return inserted;
}

}  // namespace cardresolver::carrier
