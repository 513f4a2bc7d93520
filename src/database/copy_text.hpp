// Rows as PostgreSQL's COPY takes them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cardresolver::database {

/// Appends `text`, well-formed UTF-8 without NUL, as one field of COPY's text format, without the tab behind
/// it.
void append_copy_text(std::string& out, std::string_view text);

/// NULL.
void append_copy_null(std::string& out);

}  // namespace cardresolver::database
