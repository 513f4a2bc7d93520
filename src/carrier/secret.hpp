// A text that must never be printed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace cardresolver::carrier {

/// Holds a password. It has no formatter and no stream operator, so that logging one does not compile; its
/// memory is wiped when it goes.
class secret {
public:
    secret() = default;
    explicit secret(std::string text) : text_(std::move(text)) {}
    secret(const secret&) = default;
    secret& operator=(const secret&) = default;
    secret(secret&& other) noexcept { *this = std::move(other); }
    secret& operator=(secret&& other) noexcept;
    ~secret() { wipe(); }

    /// The text itself; every caller is a place to review.
    std::string_view reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

private:
    void wipe() noexcept;
    std::string text_;
};

/// Overwrites the bytes of `text` in a way that the compiler cannot leave out, then clears it.
void wipe(std::string& text) noexcept;

}  // namespace cardresolver::carrier
