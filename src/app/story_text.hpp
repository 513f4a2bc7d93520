// A card's story in plain words, at most 80 columns. Pure.
#pragma once

#include "run/trace_story.hpp"

#include <string>

namespace cardresolver::app {

/// All that `builder` has kept, card by card, with what the reader must know about masks and damaged lines.
/// Whatever the trace holds, the text is printable.
std::string tell_stories(const run::story_builder& builder);

}  // namespace cardresolver::app
