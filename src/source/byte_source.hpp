// Bytes of a list on their way from where they are kept to the parser.
#pragma once

#include <cstddef>

namespace cardresolver::source {

/// One stage of that way: a file, or what decompresses or re-encodes the stage before. Blocking; one thread.
class byte_source {
public:
    byte_source() = default;
    byte_source(const byte_source&) = delete;
    byte_source& operator=(const byte_source&) = delete;
    virtual ~byte_source() = default;

    /// Writes up to `room` bytes (at least 1) to `to`, as soon as there are any. Returns how many; 0 at the
    /// end, however often it is asked. Throws `input_error`, whose text does not name the input.
    virtual std::size_t read(char* to, std::size_t room) = 0;
};

}  // namespace cardresolver::source
