// One signed request as a command line for curl.
#pragma once

#include "app/options/command_options.hpp"
#include "card/number.hpp"
#include "carrier/account.hpp"
#include "carrier/transid.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::app {

/// `text` as one word of a POSIX shell, whatever it holds.
std::string quote_for_shell(std::string_view text);

/// The numbers of --curl, all of one kind. Nothing, with a sentence in `error`.
std::optional<std::vector<card::card_number>> read_curl_numbers(const command_options& options,
                                                                std::string& error);

/// What goes into the line; refers to its parts.
struct curl_request {
    const command_options& options;  ///< `base_url` is set
    const carrier::account& account;
    const carrier::transid& transid;
    const std::vector<card::card_number>& numbers;
};

/// Holds the token. Without line break.
std::string format_curl_line(const curl_request& request);

}  // namespace cardresolver::app
