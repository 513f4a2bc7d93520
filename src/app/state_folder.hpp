// Where the account's ledger is kept.
#pragma once

#include <functional>
#include <string>

namespace cardresolver::app {

/// What the choice depends on. Empty: not there.
struct state_surroundings {
    std::string state_directory;  ///< $STATE_DIRECTORY: of systemd, perhaps several with colons between
    std::string xdg_state_home;   ///< $XDG_STATE_HOME
    std::string home;             ///< $HOME, or as the system's list of users says
    /// Whether a folder is there and files can be made in it.
    std::function<bool(const std::string& folder)> is_writable;
    /// Whether a folder is not there, but can be made.
    std::function<bool(const std::string& folder)> can_be_made;
};

/// Those of this process.
state_surroundings find_state_surroundings();

/// One of both.
struct state_folder {
    std::string path;
    std::string error;  ///< names the folder, and says what to do; exit code 73
};

/// `given` (`--state-dir`, empty: not given), else the first of $STATE_DIRECTORY, else /var/lib/cardresolver
/// where that is writable, else `cardresolver` in $XDG_STATE_HOME, else in ~/.local/state. The one that is
/// chosen must be writable or to be made.
state_folder choose_state_folder(const std::string& given, const state_surroundings& around);

}  // namespace cardresolver::app
