// What the option tables are made of: each reads a text into a field, or says what it expects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cardresolver::app {

std::string set_text(std::string_view text, std::string& field);
std::string set_switch(std::string_view text, bool& field);
/// More than 0.
std::string set_duration(std::string_view text, std::chrono::milliseconds& field);
/// 0 means "at once".
std::string set_duration_or_zero(std::string_view text, std::chrono::milliseconds& field);

/// "expected a whole number from 1 to 100"
std::string expected_number(std::uint64_t least, std::uint64_t most);

/// "expected text, csv"
std::string expected_one_of(std::string_view words);

}  // namespace cardresolver::app
