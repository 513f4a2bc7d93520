#include "sink/stream_output.hpp"

#include <cerrno>

namespace cardresolver::sink {

void stream_output::write(std::string_view bytes) {
    if (is_spoiled_) fail(output_error::error_kind::io, name_, "an earlier write has failed");
    const auto error = write_all(to_.number(), bytes, bytes_);
    if (error == 0) return;
    is_spoiled_ = true;
    if (error == EPIPE) fail(output_error::error_kind::reader_gone, name_, "closed by its reader");
    fail(output_error::error_kind::io, name_, "cannot be written", error);
}

/// A network file system behind a redirection may report only now that a write has failed.
void stream_output::close() {
    const auto error = to_.close();
    if (is_spoiled_) return;
    if (error == 0) return;
    is_spoiled_ = true;
    fail(output_error::error_kind::io, name_, "cannot be closed", error);
}

}  // namespace cardresolver::sink
