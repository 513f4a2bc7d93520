#include "app/state_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cardresolver::app {
namespace {

constexpr auto system_folder = "/var/lib/cardresolver";

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

std::string find_home() {
    auto home = variable("HOME");
    if (!home.empty()) return home;
    const auto* const user = ::getpwuid(::geteuid());
    return user == nullptr || user->pw_dir == nullptr ? std::string() : user->pw_dir;
}

bool is_writable_folder(const std::string& path) {
    struct stat file {};
    return ::stat(path.c_str(), &file) == 0 && S_ISDIR(file.st_mode) &&
           ::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// Neither it nor what is above it is there, up to a folder that can be written.
bool can_make_folder(const std::string& path) {
    auto above = std::filesystem::absolute(path).lexically_normal();
    struct stat file {};
    while (::lstat(above.c_str(), &file) != 0) {
        if (errno != ENOENT || !above.has_relative_path()) return false;
        above = above.parent_path();
        if (is_writable_folder(above)) return true;
    }
    return false;
}

std::string choose(const std::string& given, const state_surroundings& around) {
    if (!given.empty()) return given;
    const auto first = around.state_directory.substr(0, around.state_directory.find(':'));
    if (!first.empty()) return first;
    if (around.is_writable(system_folder)) return system_folder;
    // A relative one is to be ignored, as its specification says.
    if (around.xdg_state_home.starts_with('/')) return around.xdg_state_home + "/cardresolver";
    if (!around.home.empty()) return around.home + "/.local/state/cardresolver";
    return {};
}

}  // namespace

state_surroundings find_state_surroundings() {
    return {variable("STATE_DIRECTORY"), variable("XDG_STATE_HOME"), find_home(), is_writable_folder,
            can_make_folder};
}

state_folder choose_state_folder(const std::string& given, const state_surroundings& around) {
    const auto path = choose(given, around);
    if (path.empty())
        return {{}, "no folder for the account's ledger: the user has no home; give one as --state-dir"};
    if (around.is_writable(path) || around.can_be_made(path)) return {path, {}};
    return {{},
            "'" + path +
                "', the folder of the account's ledger, cannot be written; give another one as --state-dir"};
}

}  // namespace cardresolver::app
