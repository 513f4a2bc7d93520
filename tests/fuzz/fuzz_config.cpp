// Any configuration file: refused with places, or taken apart into values that each option judges.
#include "app/options/config_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace cardresolver::app;
    constexpr std::string_view path = "c.toml";
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto file = parse_config(text, std::string(path), resolve_option_table());
    command_options options;
    for (const auto& entry : file.entries) {
        if (entry.option == nullptr || !entry.option->takes_from(from_file)) std::abort();
        if (!entry.place.starts_with(path)) std::abort();
        static_cast<void>(entry.option->apply(entry.text, options));
    }
    for (const auto& fault : file.faults) {
        if (!fault.starts_with(path)) std::abort();
    }
    return 0;
}
