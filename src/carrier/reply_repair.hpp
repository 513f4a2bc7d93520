// The one mistake in the carrier's JSON that is known and forgiven.
#pragma once

#include <string>
#include <string_view>

namespace cardresolver::carrier {

/// Copies `json` to `out` with a comma put in wherever a value is followed by the quote of the next key, as
/// in the carrier's own sample (`"status": "25"` NEWLINE `"message": …`). In JSON no value is ever followed
/// by a quote, so a well-formed text stays as it is. One pass, linear. True where something was put in.
bool insert_missing_commas(std::string_view json, std::string& out);

}  // namespace cardresolver::carrier
