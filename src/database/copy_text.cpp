#include "database/copy_text.hpp"

namespace cardresolver::database {

void append_copy_text(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else {
            out += c;
        }
    }
}

void append_copy_null(std::string& out) {
    out += "\\N";
}

}  // namespace cardresolver::database
