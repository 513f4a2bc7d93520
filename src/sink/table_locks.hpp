// Which runs into a database are being worked on, by locks that end with their process.
#pragma once

#include "sink/descriptor.hpp"

#include <string>
#include <string_view>

namespace cardresolver::sink {

/// Locks on single bytes of the database file itself, far beyond where a database can reach and where SQLite
/// has its own: nothing is left behind beside the file, and readers and writers of the database do not
/// notice. They are open file description locks, which conflict within a process, too.
///
/// Closing any descriptor of a file drops the locks that SQLite holds on it in this process. So one of these
/// must not be destroyed before the connection to the same file.
class table_locks {
public:
    table_locks() = default;
    /// `file`: open for writing.
    explicit table_locks(descriptor file) : file_(std::move(file)) {}

    /// The beginning of a run, one at a time in each database. False where somebody else has it. Throws
    /// `std::system_error` where locks do not work.
    bool try_opening();
    void end_opening() noexcept;
    /// Whether the locked file is still the one of that name.
    bool is_at(const std::string& path) const noexcept;
    /// Work on a run. Likewise.
    bool try_run(std::string_view run_id);

private:
    bool try_byte(off_t at) const;

    descriptor file_;
};

}  // namespace cardresolver::sink
