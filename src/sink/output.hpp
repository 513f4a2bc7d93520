// Where the rows' bytes go. Blocking; used by the sink's own thread. The process must ignore SIGPIPE and
// SIGXFSZ: their errors are reported here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cardresolver::sink {

/// Why an output cannot go on. `kind` decides the exit code.
class output_error : public std::runtime_error {
public:
    enum class error_kind : std::uint8_t {
        cannot_create,   ///< no permission, no such folder, exists, locked by another run: exit 73
        io,              ///< write, fsync, close or rename failed: exit 74
        waited_in_vain,  ///< room, or a database, was waited for until the wait hook gave up: exit 74
        damaged,         ///< what an unfinished run has left is not what it wrote: exit 74
        reader_gone      ///< EPIPE: the reader of the stream has closed it: exit 141
    };
    output_error(error_kind what, const std::string& why) : std::runtime_error(why), kind(what) {}
    error_kind kind;
};

/// Where an output stood at a moment when all of it was durable.
struct output_mark {
    std::uint64_t bytes = 0;     ///< its length
    std::uint32_t tail_crc = 0;  ///< CRC-32C of its last `marked_tail` bytes, or of all where it is shorter
    bool operator==(const output_mark&) const = default;
};
inline constexpr std::size_t marked_tail = 65536;

/// What is asked, on the writing thread, whenever the rows have to wait for what is outside of us: room on
/// the disk, another writer of the database. `why`: what is waited for, as the beginning of a sentence,
/// printable. Waits for at most `pause`; true where it is worth another try.
using wait_hook = std::function<bool(std::string_view why, std::chrono::milliseconds pause)>;

/// One output, from its opening to exactly one of `commit`, `suspend` and `discard`. Before the first `write`
/// comes exactly one of `restart` and `resume`. Once any call has
/// thrown, the output is spoiled: nothing is tried again on it, `write`, `sync` and `commit` throw, and what
/// was written stays where it is. The destructor alone closes and keeps, too.
class output {
public:
    output() = default;
    output(const output&) = delete;
    output& operator=(const output&) = delete;
    virtual ~output() = default;

    /// Whether `suspend` keeps the rows for a later run's `resume`.
    virtual bool is_resumable() const noexcept { return false; }
    /// Whether an earlier run has left something that `restart` would drop.
    virtual bool has_leftover() const { return false; }
    /// Whether it is a file with nothing of an earlier run's, not even its name: it was created here, or
    /// emptied by `restart`.
    virtual bool is_new() const noexcept { return false; }
    /// Begins at the beginning.
    virtual void restart() {}
    /// Goes on behind `from`: drops what an earlier run has written after it. Throws `damaged`, and changes
    /// nothing, where what comes before is not there or not the same. Only where `is_resumable`.
    virtual void resume(const output_mark& from);

    /// Without it, what would have to be waited for is an error like others.
    virtual void when_waiting(const wait_hook& /*hook*/) {}

    /// Writes all of `bytes`, or throws `output_error`.
    virtual void write(std::string_view bytes) = 0;
    /// Makes what was written so far durable, as far as that can be done here. A file cut off at `bytes()`
    /// right after it is a whole one: compression ends its frame.
    virtual void sync() = 0;
    /// Where the output stands; right after `sync`.
    virtual output_mark mark() { return {bytes(), 0}; }
    /// The run is complete: makes the rows durable and visible under their final name.
    virtual void commit() = 0;
    /// The run has stopped early: closes, keeping what was written.
    virtual void suspend() = 0;
    /// Nothing worth keeping was written: closes and removes it.
    virtual void discard() = 0;
    /// Bytes that have gone out so far: of a compressed output, compressed ones.
    virtual std::uint64_t bytes() const noexcept = 0;
    /// Bytes of them that are held in memory until the progress is saved.
    virtual std::size_t unsaved_bytes() const noexcept { return 0; }
};

struct output_settings {
    std::string target = "-";  ///< path, or `-` for standard output
    bool force = false;        ///< replace a finished output
};

/// Opens TARGET. A path that is absent or a regular file is written as TARGET.partial (created with mode
/// 0666 less the umask, locked), made durable (fsync of file and folder) and renamed by `commit`; symbolic
/// links are resolved first. A FIFO or device is written as it is, like standard output. Where the given name
/// ends in .gz or .zst, the bytes are compressed; standard output never is. A finished TARGET without
/// `force`, or one that another run holds, is `cannot_create`.
std::unique_ptr<output> open_output(const output_settings& settings);

/// The file that TARGET leads to, symbolic links resolved; nothing where TARGET is no file or becomes none.
std::optional<std::string> file_of(const std::string& target);

}  // namespace cardresolver::sink
