#include "source/list_beginning.hpp"

#include "checksum/crc32c.hpp"
#include "source/input.hpp"

namespace cardresolver::source {
namespace {

[[noreturn]] void refuse_other_list(const input_beginning& expected) {
    throw input_error(input_error::error_kind::unusable,
                      "is not the list that the unfinished run began with: its first " +
                          std::to_string(expected.bytes) +
                          " bytes differ; give the same list again, or drop the rows so far with --restart");
}

}  // namespace

void list_beginning::note(std::string_view bytes) {
    if (noted_.bytes < expected_.bytes) {
        const auto compared = bytes.substr(0, expected_.bytes - noted_.bytes);
        noted_.crc = checksum::extend_crc32c(noted_.crc, compared);
        noted_.bytes += compared.size();
        bytes.remove_prefix(compared.size());
        if (noted_.bytes == expected_.bytes && noted_.crc != expected_.crc) refuse_other_list(expected_);
    }
    noted_.crc = checksum::extend_crc32c(noted_.crc, bytes);
    noted_.bytes += bytes.size();
}

void list_beginning::require_whole() const {
    if (!is_as_expected()) refuse_other_list(expected_);
}

}  // namespace cardresolver::source
