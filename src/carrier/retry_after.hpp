// How long a reply asks us to stay away.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cardresolver::carrier {

/// An HTTP date in any of its three forms (RFC 9110 section 5.6.7); nothing where it is none.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// What a Retry-After field that says neither seconds nor a date is taken to say: it says to wait.
inline constexpr std::chrono::seconds unreadable_retry_after{1};

/// The value of a Retry-After field (RFC 9110 section 10.2.3): seconds, or a date that is compared with
/// `now`. Never negative; nothing where it is empty, as where there is no such field. The caller bounds it.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now);

}  // namespace cardresolver::carrier
