// "Did you mean …?"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::app {

/// How many letters must be put in, taken out, exchanged or swapped with a neighbour to make `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name closest to `wrong`; nothing where none is close enough to be meant.
std::optional<std::string_view> find_similar(std::string_view wrong, std::span<const std::string_view> known);

/// "; did you mean '--batch-size'?", with `prefix` before the name; empty where nothing is similar.
std::string suggest(std::string_view wrong, std::span<const std::string_view> known,
                    std::string_view prefix = {});

}  // namespace cardresolver::app
