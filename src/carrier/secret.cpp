#include "carrier/secret.hpp"

#include <openssl/crypto.h>

namespace cardresolver::carrier {

void wipe(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void secret::wipe() noexcept {
    carrier::wipe(text_);
}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe();
        text_ = other.text_;
        other.wipe();
    }
    return *this;
}

}  // namespace cardresolver::carrier
