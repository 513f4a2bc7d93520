// A JSON object taken apart, its values left as they are. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace cardresolver::source {

/// One member as it stands in the text: the name with its quotes and escapes, the value without the blanks
/// around it.
struct json_member {
    std::string_view name;
    std::string_view value;
};

/// Appends the members of `object` to `members`, in their order. `object` is a well-formed JSON object (what
/// `ndjson_object_reader` has not found malformed); of any other text, pieces without a meaning.
void split_members(std::string_view object, std::vector<json_member>& members);

}  // namespace cardresolver::source
