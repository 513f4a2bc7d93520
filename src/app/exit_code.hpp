// What the program's exit status says. The numbers below 80 are those of sysexits.h.
#pragma once

#include <cstdint>

namespace cardresolver::app {

enum class exit_code : std::uint8_t {
    success = 0,               ///< every line has an answer; refused and invalid rows are answers
    usage = 64,                ///< the command line or an environment variable is wrong
    input_unusable = 65,       ///< no non-blank line, no valid card at all, the named column absent
    no_input = 66,             ///< no such input
    carrier_unavailable = 69,  ///< never reached, or its certificate refused before any good handshake
    internal_fault = 70,       ///< a fault of this program
    cannot_create = 73,        ///< the output cannot be created, exists, or is locked
    io_error = 74,             ///< read, write or fsync failed
    stopped_early = 75,        ///< not done by the deadline, or stopped and resumable
    account_refused = 77,      ///< the carrier refuses the account
    configuration = 78,        ///< configuration file, account settings, wrong interface
    some_failed = 90,          ///< finished, but some cards got no answer
    too_many_failed = 91,      ///< stopped by --max-failures
    hangup = 129,              ///< SIGHUP, after a clean drain
    interrupted = 130,         ///< SIGINT, after a clean drain
    reader_gone = 141,         ///< standard output was closed by its reader
    terminated = 143,          ///< SIGTERM, after a clean drain
};

constexpr int to_status(exit_code code) noexcept {
    return static_cast<int>(code);
}

/// 128 + the number of SIGHUP, SIGINT or SIGTERM.
constexpr exit_code exit_code_of_signal(int signal) noexcept {
    return static_cast<exit_code>(128 + signal);
}

}  // namespace cardresolver::app
