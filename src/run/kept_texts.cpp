#include "run/kept_texts.hpp"

#include "dispatch/verify.hpp"

#include <utility>

namespace cardresolver::run {

void kept_texts::put(std::uint64_t line, std::string_view text) {
    const bool is_new = texts_.emplace(line, text).second;
    CARDRESOLVER_VERIFY(is_new);
    bytes_ += text.size();
}

std::string kept_texts::take(std::uint64_t line) {
    const auto found = texts_.find(line);
    CARDRESOLVER_VERIFY(found != texts_.end());
    auto text = std::move(found->second);
    texts_.erase(found);
    bytes_ -= text.size();
    return text;
}

}  // namespace cardresolver::run
