#include "app/harmless_text.hpp"

#include "card/text.hpp"
#include "run/masking.hpp"

namespace cardresolver::app {

std::string harmless(std::string_view text) {
    constexpr std::size_t longest = 300;
    std::string out;
    card::append_printable(out, run::hide_numbers(text, longest), longest);
    return out;
}

}  // namespace cardresolver::app
