#include "run/trace_file.hpp"

#include "sink/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cardresolver::run {
namespace {

using error_kind = sink::output_error::error_kind;

constexpr mode_t owner_alone = 0600;

class trace_output final : public sink::output {
public:
    trace_output(sink::descriptor to, std::string name, bool is_file)
        : to_(std::move(to)), name_(std::move(name)), is_taken_over_(!is_file) {}

    void restart() override { begins_anew_ = true; }
    void write(std::string_view bytes) override {
        if (!is_taken_over_) take_over();
        if (const auto error = sink::write_all(to_.number(), bytes, bytes_); error != 0)
            sink::fail(error == EPIPE ? error_kind::reader_gone : error_kind::io, name_, "cannot be written",
                       error);
    }
    void sync() override {}
    void commit() override {
        if (const auto error = to_.close(); error != 0)
            sink::fail(error_kind::io, name_, "cannot be closed", error);
    }
    void suspend() override { commit(); }
    void discard() override { commit(); }
    std::uint64_t bytes() const noexcept override { return bytes_; }

private:
    /// An earlier trace goes as late as this, so that a run that cannot start does not cost it.
    void take_over() {
        is_taken_over_ = true;
        if (begins_anew_ && ::ftruncate(to_.number(), 0) != 0)
            sink::fail(error_kind::io, name_, "cannot be emptied", errno);
        // Where the file is somebody else's, who can read it is theirs to say.
        [[maybe_unused]] const auto is_changed = ::fchmod(to_.number(), owner_alone);
        const auto end = ::lseek(to_.number(), 0, SEEK_END);
        if (end < 0) sink::fail(error_kind::io, name_, "cannot be continued", errno);
        if (end > 0 && !ends_with_line_break(end)) write("\n");
    }

    /// The last event of a process that was killed may have been cut off.
    bool ends_with_line_break(off_t end) const {
        const auto again = "/proc/self/fd/" + std::to_string(to_.number());
        const auto readable = sink::open_at(AT_FDCWD, again.c_str(), O_RDONLY);
        std::string last(1, '\0');
        return readable.is_open() &&
               sink::read_all_at(readable.number(), last, static_cast<std::uint64_t>(end) - 1) == 0 &&
               last == "\n";
    }

    sink::descriptor to_;
    std::string name_;
    bool is_taken_over_;
    bool begins_anew_ = false;
    std::uint64_t bytes_ = 0;
};

/// Linux leads /dev/stdout and /dev/stderr to the files behind them; whoever names them means the streams.
int stream_of(const std::string& target) {
    if (target == "-" || target == "/dev/stdout") return STDOUT_FILENO;
    return target == "/dev/stderr" ? STDERR_FILENO : -1;
}

void lock(const sink::descriptor& file, const std::string& name) {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(file.number(), F_OFD_SETLK, &whole) == 0) return;
    if (errno == EAGAIN || errno == EACCES)
        sink::fail(error_kind::cannot_create, name, "another run is writing it");
    sink::fail(error_kind::cannot_create, name, "cannot be locked", errno);
}

}  // namespace

std::unique_ptr<sink::output> open_trace(const std::string& target) {
    auto name = "the trace " + sink::show_path(target);
    const int stream = stream_of(target);
    sink::descriptor opened = stream >= 0
                                  ? sink::descriptor(::fcntl(stream, F_DUPFD_CLOEXEC, STDERR_FILENO + 1))
                                  : sink::open_at(AT_FDCWD, target.c_str(), O_WRONLY | O_CREAT, owner_alone);
    if (!opened.is_open()) sink::fail(error_kind::cannot_create, name, "cannot be opened", errno);
    struct stat facts {};
    const bool is_file = stream < 0 && ::fstat(opened.number(), &facts) == 0 && S_ISREG(facts.st_mode);
    if (is_file) lock(opened, name);
    return std::make_unique<trace_output>(std::move(opened), std::move(name), is_file);
}

}  // namespace cardresolver::run
