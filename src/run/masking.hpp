// What a trace shows of a card number, and what it hides in texts that others wrote. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cardresolver::run {

/// Appends the number as far as a trace shows it: of 13 characters or more the first 6 and the last 4, of 5
/// or more the last 4, of fewer none; a `*` for each of the others. Any text will do: characters count, not
/// bytes.
void append_masked(std::string& out, std::string_view number);
std::string mask_number(std::string_view number);

/// The first `max_bytes` of a text of the carrier's, or of a gateway's before it, that may repeat what we
/// sent: each run of 10 letters and digits or more with 6 digits among them (a card number, a token, a
/// transid) becomes stars. A run counts whole, also where the end cuts it.
std::string hide_numbers(std::string_view text, std::size_t max_bytes);

/// How a body that is no reply begins: its first 200 bytes, numbers hidden, what is not printable as `\xHH`.
/// Empty where it begins like JSON: such a body may hold cards.
std::string begin_of_body(std::string_view body);

}  // namespace cardresolver::run
