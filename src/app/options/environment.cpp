#include "app/options/environment.hpp"

#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace cardresolver::app {

std::optional<std::string> read_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
}

std::optional<std::string> take_variable(const std::string& name) {
    char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    std::optional<std::string> copy;
    if (*value != '\0') copy.emplace(value);
    // The kernel shows the bytes of the initial stack: unsetting alone would leave them there.
    OPENSSL_cleanse(value, std::strlen(value));
    unsetenv(name.c_str());
    return copy;
}

std::vector<std::string> variables_with_prefix(std::string_view prefix) {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (text.starts_with(prefix)) names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

}  // namespace cardresolver::app
