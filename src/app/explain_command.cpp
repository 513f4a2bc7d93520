#include "app/commands.hpp"
#include "app/logging.hpp"
#include "app/standard_output.hpp"
#include "app/story_text.hpp"
#include "card/canonical.hpp"
#include "run/trace_story.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace cardresolver::app {
namespace {

/// What ends the command early.
struct complaint {
    exit_code code;
    std::string message;
};

class trace_input {
public:
    explicit trace_input(const std::string& path)
        : file_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~trace_input() {
        if (file_ > STDERR_FILENO) ::close(file_);
    }
    trace_input(const trace_input&) = delete;
    trace_input& operator=(const trace_input&) = delete;

    bool is_open() const noexcept { return file_ >= 0; }

    /// Bytes into the caller's buffer; 0 at the end, less than 0 with `errno` set.
    ssize_t read(char* buffer, std::size_t size) const {
        for (;;) {
            const auto count = ::read(file_, buffer, size);
            if (count >= 0 || errno != EINTR) return count;
        }
    }

private:
    int file_;
};

bool is_compressed(std::string_view begin) {
    return begin.starts_with("\x1F\x8B") || begin.starts_with("\x28\xB5\x2F\xFD");
}

std::optional<complaint> read_trace(const std::string& path, run::story_builder& builder) {
    const trace_input input(path);
    const auto complain = [&](exit_code code, std::string_view why) {
        return complaint{code, fmt::format("the trace '{}' {}", path, why)};
    };
    if (!input.is_open())
        return complain(exit_code::no_input, fmt::format("cannot be opened: {}", std::strerror(errno)));
    run::line_splitter lines([&](std::string_view line) { builder.add(line); });
    std::string buffer(std::size_t{256} * 1024, '\0');
    for (bool is_first = true;; is_first = false) {
        const auto count = input.read(buffer.data(), buffer.size());
        if (count < 0) {
            const auto code = errno == EISDIR ? exit_code::no_input : exit_code::io_error;
            return complain(code, fmt::format("cannot be read: {}", std::strerror(errno)));
        }
        if (count == 0) break;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
        if (is_first && is_compressed(bytes))
            return complain(exit_code::input_unusable,
                            "is compressed: unpack it first, for instance zcat FILE | cardresolver explain "
                            "--trace - NUMBER");
        lines.feed(bytes);
    }
    lines.finish();
    if (builder.lines() == 0) return complain(exit_code::input_unusable, "is empty");
    if (builder.damaged() == builder.lines())
        return complain(exit_code::input_unusable, "is no trace: resolve --trace writes one");
    return std::nullopt;
}

complaint describe_absence(const command_options& options, const run::story_builder& builder) {
    if (builder.reason() != card::invalid_reason::none) {
        return {exit_code::usage,
                fmt::format("'{}' is no card number ({}), and no invalid row of the trace looks like it",
                            builder.number(), card::explain(builder.reason()))};
    }
    return {exit_code::input_unusable,
            fmt::format("the trace '{}' says nothing of {}", options.trace, builder.number())};
}

}  // namespace

exit_code execute_explain(const option_reading& reading) {
    const auto& options = reading.options;
    std::vector<option_fault> faults;
    if (options.trace.empty())
        faults.push_back({exit_code::usage,
                          "which trace? Give the file that resolve --trace has written: "
                          "--trace FILE"});
    if (options.explained_number.empty())
        faults.push_back({exit_code::usage, "which card? Give its ICCID, IMSI or MSISDN"});
    if (!faults.empty()) return report_faults(faults);
    run::story_builder builder(options.explained_number);
    auto fault = read_trace(options.trace, builder);
    if (!fault && builder.stories().empty()) fault = describe_absence(options, builder);
    if (fault) {
        log_error(fault->message);
        return fault->code;
    }
    return print_text(tell_stories(builder));
}

}  // namespace cardresolver::app
