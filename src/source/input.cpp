#include "source/input.hpp"

#include "card/text.hpp"
#include "source/csv_layout.hpp"
#include "source/csv_parser.hpp"
#include "source/ndjson_parser.hpp"
#include "source/sniff.hpp"
#include "source/text_parser.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = 65536;
constexpr std::size_t max_shown_path = 1000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_standard_input(const std::string& path) noexcept {
    return path.empty() || path == "-";
}

std::string name_of(const std::string& path) {
    if (is_standard_input(path)) return "standard input";
    std::string name = "'";
    card::append_printable(name, path, max_shown_path);
    name.push_back('\'');
    return name;
}

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

}  // namespace

class input::implementation {
public:
    explicit implementation(const input_settings& settings) : name_(name_of(settings.path)) {
        open(settings.path);
        try {
            examine();
            look_at_first_line(settings);
        } catch (...) {
            close();
            throw;
        }
    }
    ~implementation() { close(); }
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;

    bool read(record_block& block);
    std::optional<std::uint64_t> size() const noexcept { return size_; }

private:
    void open(const std::string& path);
    void close() noexcept;
    void examine();
    void look_at_first_line(const input_settings& settings);
    void read_more();
    void drop_blank_lines();
    std::unique_ptr<record_parser> make_parser(const input_settings& settings);
    std::unique_ptr<record_parser> make_csv_parser(const input_settings& settings);
    std::size_t read_some(char* to);
    void fill(record_block& block);
    template <typename Look>
    auto named(Look look) const;
    [[noreturn]] void fail(input_error::error_kind kind, std::string_view why) const;

    std::string name_;
    int descriptor_ = -1;
    bool is_owned_ = false;
    std::optional<std::uint64_t> size_;
    std::unique_ptr<record_parser> parser_;
    std::string pending_;  ///< read, but not done with: the beginning of the next block
    std::uint64_t bytes_read_ = 0;
    std::uint64_t blank_lines_ = 0;  ///< dropped before the first line that is not blank
    bool is_untouched_ = true;       ///< `pending_` holds what was read while looking at the first line
    bool at_end_ = false;
    bool is_done_ = false;
};

void input::implementation::fail(input_error::error_kind kind, std::string_view why) const {
    throw input_error(kind, name_ + ": " + std::string(why));
}

/// Calls `look`, which does not know what the input is called.
template <typename Look>
auto input::implementation::named(Look look) const {
    try {
        return look();
    } catch (const input_error& error) {
        fail(error.kind, error.what());
    }
}

void input::implementation::open(const std::string& path) {
    if (is_standard_input(path)) {
        descriptor_ = STDIN_FILENO;
        return;
    }
    do {
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (descriptor_ < 0 && errno == EINTR);
    if (descriptor_ < 0) fail(input_error::error_kind::not_found, reason_of(errno));
    is_owned_ = true;
}

void input::implementation::close() noexcept {
    if (is_owned_) ::close(descriptor_);
    is_owned_ = false;
}

void input::implementation::examine() {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(input_error::error_kind::read, reason_of(errno));
    if (S_ISDIR(status.st_mode)) fail(input_error::error_kind::not_found, "is a folder, not a list");
    if (!S_ISREG(status.st_mode)) return;
    size_ = static_cast<std::uint64_t>(status.st_size);
    ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);  // advice: no matter if refused
}

void input::implementation::look_at_first_line(const input_settings& settings) {
    // A byte order mark and the signatures of foreign formats are shorter than any first line with a number.
    while (pending_.find('\n') == std::string::npos && pending_.size() <= max_record_length && !at_end_)
        read_more();
    const auto complaint = find_foreign_content(pending_);
    if (!complaint.empty()) fail(input_error::error_kind::unusable, complaint);
    if (pending_.starts_with(byte_order_mark)) pending_.erase(0, byte_order_mark.size());
    parser_ = make_parser(settings);
}

/// What stands before the list is dropped as it comes: there may be any amount of it.
void input::implementation::drop_blank_lines() {
    const auto blank = count_blank_lines(pending_);
    pending_.erase(0, blank.bytes);
    blank_lines_ += blank.lines;
}

std::unique_ptr<record_parser> input::implementation::make_parser(const input_settings& settings) {
    auto format = settings.format;
    while (!format) {
        drop_blank_lines();
        if (const auto line = find_first_line(pending_, at_end_)) {
            format = named([&] { return guess_format(settings, *line); });
        } else {
            read_more();
        }
    }
    switch (*format) {
        case input_format::csv:
            return make_csv_parser(settings);
        case input_format::ndjson:
            return std::make_unique<ndjson_parser>(settings.column, blank_lines_);
        case input_format::text:
            break;
    }
    return std::make_unique<text_parser>(blank_lines_);
}

std::unique_ptr<record_parser> input::implementation::make_csv_parser(const input_settings& settings) {
    for (;;) {
        drop_blank_lines();
        const auto record = find_first_record(pending_, at_end_);
        if (record && !record->empty()) {
            const auto layout = named([&] { return find_layout(*record, settings.column); });
            return std::make_unique<csv_parser>(layout, blank_lines_);
        }
        if (record && at_end_) return std::make_unique<csv_parser>(csv_layout{}, blank_lines_);
        if (record) fail(input_error::error_kind::unusable, "starts with a line of blanks that does not end");
        read_more();
    }
}

/// Up to a block from the descriptor; 0 at the end.
std::size_t input::implementation::read_some(char* to) {
    for (;;) {
        const auto count = ::read(descriptor_, to, block_bytes);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            // Somebody who shares our standard input has made it non-blocking.
            pollfd waiting{descriptor_, POLLIN, 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            const auto error = errno;
            fail(input_error::error_kind::read, "cannot be read further: " + reason_of(error));
        }
    }
}

void input::implementation::read_more() {
    const auto kept = pending_.size();
    pending_.resize(kept + block_bytes);
    const auto count = read_some(pending_.data() + kept);
    pending_.resize(kept + count);
    bytes_read_ += count;
    at_end_ = count == 0;
}

/// What is left of the last block, and behind it what the next read gives.
void input::implementation::fill(record_block& block) {
    const auto kept = pending_.size();
    if (is_untouched_ && (kept != 0 || at_end_)) {
        block.text.assign(pending_);
    } else {
        block.text.resize(kept + block_bytes);
        std::memcpy(block.text.data(), pending_.data(), kept);
        const auto count = read_some(block.text.data() + kept);
        block.text.resize(kept + count);
        bytes_read_ += count;
        at_end_ = count == 0;
    }
    is_untouched_ = false;
}

bool input::implementation::read(record_block& block) {
    block.records.clear();
    if (!is_done_) {
        fill(block);
        const auto done = parser_->parse(block, at_end_);
        pending_.assign(block.text, done);
        is_done_ = at_end_;
    } else {
        block.text.clear();
    }
    block.bytes_read = bytes_read_;
    block.lines_read = parser_->lines();
    if (!is_done_ || !block.records.empty()) return true;
    block.text.clear();
    return false;
}

input::input(const input_settings& settings) : implementation_(std::make_unique<implementation>(settings)) {}
input::~input() = default;

bool input::read(record_block& block) {
    return implementation_->read(block);
}
std::optional<std::uint64_t> input::size() const noexcept {
    return implementation_->size();
}

}  // namespace cardresolver::source
