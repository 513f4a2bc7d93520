// The options of `resolve`: their parts put together, in the order of the help.
#include "app/options/option_tables.hpp"

#include <vector>

namespace cardresolver::app {
namespace {

std::vector<option_definition> make_resolve_table() {
    std::vector<option_definition> options;
    for (const auto part : {input_option_table(), output_option_table(), account_option_table(),
                            transport_option_table(), pace_option_table(), report_option_table()}) {
        options.insert(options.end(), part.begin(), part.end());
    }
    return options;
}

}  // namespace

std::span<const option_definition> resolve_option_table() {
    static const std::vector<option_definition> options = make_resolve_table();
    return options;
}

}  // namespace cardresolver::app
