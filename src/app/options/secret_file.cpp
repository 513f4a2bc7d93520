#include "app/options/secret_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cardresolver::app {
namespace {

constexpr std::size_t max_password_file = 4096;

class descriptor {
public:
    explicit descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const noexcept { return number_; }

private:
    int number_;
};

/// Leaves no copy behind: the text may hold a password.
bool read_all(int from, std::size_t most, std::string& out, std::string& error) {
    std::string buffer(most + 1, '\0');  // once, so that no reallocation leaves a copy
    std::size_t length = 0;
    while (length < buffer.size()) {
        const auto got = ::read(from, buffer.data() + length, buffer.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            error = std::strerror(errno);
            return false;
        }
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    const bool fits = length <= most;
    if (fits) {
        out.assign(buffer, 0, length);
    } else {
        error = fmt::format("it holds more than {} bytes", most);
    }
    carrier::wipe(buffer);
    return fits;
}

}  // namespace

std::optional<file_content> read_file(const std::string& path, std::size_t most, std::string& error) {
    const descriptor file(path);
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
        error = std::strerror(errno);
        return std::nullopt;
    }
    file_content content;
    content.is_open_to_others = S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (!read_all(file.number(), most, content.text, error)) return std::nullopt;
    return content;
}

std::string open_to_others(const std::string& path) {
    return fmt::format("'{0}' holds a password and is open to other users: chmod 600 {0}", path);
}

std::optional<carrier::secret> read_password_file(const std::string& path, file_protection protection,
                                                  std::string& error) {
    auto content = read_file(path, max_password_file, error);
    if (!content) {
        error = fmt::format("the password file '{}' cannot be read: {}", path, error);
        return std::nullopt;
    }
    std::string password = content->text.substr(0, content->text.find('\n'));
    carrier::wipe(content->text);
    if (!password.empty() && password.back() == '\r') password.pop_back();
    if (protection == file_protection::by_mode && content->is_open_to_others) {
        error = open_to_others(path);
    } else if (password.empty()) {
        error = fmt::format("the password file '{}' has an empty first line", path);
    } else {
        carrier::secret result(password);
        carrier::wipe(password);
        return result;
    }
    carrier::wipe(password);
    return std::nullopt;
}

}  // namespace cardresolver::app
