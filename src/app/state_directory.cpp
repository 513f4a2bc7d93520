#include "app/state_directory.hpp"

#include <cstdlib>
#include <pwd.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace cardresolver::app {
namespace {

constexpr const char* system_directory = "/var/lib/cardresolver";

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_writable_directory(const char* path) {
    struct stat facts {};
    return ::stat(path, &facts) == 0 && S_ISDIR(facts.st_mode) && ::access(path, W_OK | X_OK) == 0;
}

std::string home_directory() {
    if (const auto home = variable("HOME"); home.starts_with('/')) return std::string(home);
    const passwd* user = ::getpwuid(::geteuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : std::string();
}

}  // namespace

std::string find_state_directory(const std::string& given) {
    if (!given.empty()) return given;
    if (const auto service = variable("STATE_DIRECTORY"); !service.empty())
        return std::string(service.substr(0, service.find(':')));
    if (is_writable_directory(system_directory)) return system_directory;
    // A relative path is to be ignored, as the specification says.
    if (const auto base = variable("XDG_STATE_HOME"); base.starts_with('/'))
        return std::string(base) + "/cardresolver";
    const auto home = home_directory();
    return home.empty() ? home : home + "/.local/state/cardresolver";
}

}  // namespace cardresolver::app
