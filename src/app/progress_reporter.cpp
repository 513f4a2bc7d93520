#include "app/progress_reporter.hpp"

#include "app/logging.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cardresolver::app {
namespace {

constexpr std::size_t usual_width = 80;

std::size_t terminal_width() noexcept {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return size.ws_col;
}

/// `06:00:00`, with the date where that is not today's.
std::string local_time(std::chrono::system_clock::time_point at, std::chrono::system_clock::time_point now) {
    const auto then = fmt::localtime(std::chrono::system_clock::to_time_t(at));
    const auto today = fmt::localtime(std::chrono::system_clock::to_time_t(now));
    const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
    return is_today ? fmt::format("{:%H:%M:%S}", then) : fmt::format("{:%Y-%m-%d %H:%M:%S}", then);
}

/// In one write, so that lines of other programs on the same terminal do not cut it.
void write_to_stderr(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

progress_reporter::progress_reporter(net::asio::io_context& context, const run::resolve_run& run,
                                     progress_mode mode)
    : run_(run), style_(choose(mode)), timer_(context.get_executor()) {}

progress_reporter::style progress_reporter::choose(progress_mode mode) noexcept {
    switch (mode) {
        case progress_mode::bar:
            return style::bar;
        case progress_mode::json:
            return style::json;
        case progress_mode::none:
            return style::none;
        case progress_mode::automatic:
            break;
    }
    return isatty(STDERR_FILENO) == 1 ? style::bar : style::line;
}

std::chrono::milliseconds progress_reporter::interval() const noexcept {
    switch (style_) {
        case style::bar:
            return std::chrono::milliseconds(200);
        case style::json:
            return std::chrono::seconds(1);
        default:
            return std::chrono::seconds(10);
    }
}

void progress_reporter::start() {
    if (style_ == style::none) return;
    look();  // an earlier run of this output has its rows already, and they are no speed of ours
    timer_.expires_after(interval());
    wait();
}

void progress_reporter::wait() {
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec) return;
        tick();
        // From the last expiry, so that the lines keep their distance; from now on after a long stall.
        const auto now = std::chrono::steady_clock::now();
        timer_.expires_at(std::max(timer_.expiry() + interval(), now));
        wait();
    });
}

void progress_reporter::tick() {
    const auto view = look();
    switch (style_) {
        case style::bar:
            write_to_stderr(fmt::format("\r{}\x1b[K", format_bar(view, terminal_width())));
            is_bar_drawn_ = true;
            break;
        case style::json:
            write_to_stderr(format_json(view, false) + "\n");
            break;
        case style::line:
            log_info(format_line(view));
            break;
        case style::none:
            break;
    }
}

progress_view progress_reporter::look() {
    progress_view view;
    view.counts = run_.snapshot();
    speed_.add(view.counts.elapsed, view.counts.rows(), view.counts.requests.sent);
    view.rows_per_s = speed_.rows_per_s();
    view.requests_per_s = speed_.requests_per_s();
    if (view.counts.held_for) {
        const auto now = std::chrono::system_clock::now();
        view.resume_at =
            now + std::chrono::duration_cast<std::chrono::system_clock::duration>(*view.counts.held_for);
        view.held_until = local_time(*view.resume_at, now);
    }
    return view;
}

void progress_reporter::clear() {
    if (!is_bar_drawn_) return;
    write_to_stderr("\r\x1b[K");
    is_bar_drawn_ = false;
}

void progress_reporter::finish(bool is_quiet) {
    timer_.cancel();
    clear();
    if (style_ == style::json) {
        write_to_stderr(format_json(look(), true) + "\n");
    } else if (style_ != style::none && !is_quiet) {
        log_info(format_totals(run_.snapshot()));
    }
}

}  // namespace cardresolver::app
