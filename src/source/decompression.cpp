#include "source/decompression.hpp"

#include "source/gzip_source.hpp"
#include "source/zstd_source.hpp"

#include <algorithm>

namespace cardresolver::source {
namespace {

constexpr std::string_view gzip_signature = "\x1F\x8B";
constexpr std::string_view zstd_signature = "\x28\xB5\x2F\xFD";
constexpr std::string_view skippable_signature = "\x50\x2A\x4D\x18";  // the first byte: 50 to 5F

/// Of a skippable frame all first bytes are alike.
char plain_first_byte(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xF0U) == 0x50 ? skippable_signature.front() : c;
}

}  // namespace

std::optional<compression> detect_compression(std::string_view first_bytes, bool at_end) noexcept {
    std::string_view rest = first_bytes;
    char first = 0;
    if (!rest.empty()) {
        first = plain_first_byte(rest.front());
        rest.remove_prefix(1);
    }
    const auto matches = [&](std::string_view signature) {
        const auto common = std::min(rest.size(), signature.size() - 1);
        return !first_bytes.empty() && first == signature.front() &&
               rest.substr(0, common) == signature.substr(1, common);
    };
    for (const auto& [signature, how] :
         {std::pair{gzip_signature, compression::gzip}, std::pair{zstd_signature, compression::zstd},
          std::pair{skippable_signature, compression::zstd}}) {
        if (!matches(signature)) continue;
        if (first_bytes.size() >= signature.size()) return how;
        if (!at_end) return std::nullopt;
    }
    if (first_bytes.empty() && !at_end) return std::nullopt;
    return compression::none;
}

std::unique_ptr<byte_source> make_decompressor(compression how, byte_source& from) {
    switch (how) {
        case compression::gzip:
            return std::make_unique<gzip_source>(from);
        case compression::zstd:
            return std::make_unique<zstd_source>(from);
        case compression::none:
            break;
    }
    return nullptr;
}

bool has_extension(std::string_view path, std::string_view extension) noexcept {
    if (path.size() < extension.size()) return false;
    const auto end = path.substr(path.size() - extension.size());
    return std::equal(end.begin(), end.end(), extension.begin(), [](char c, char expected) {
        return c == expected || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == expected);
    });
}

std::string_view without_compression_ending(std::string_view path) noexcept {
    for (const std::string_view ending : {".gz", ".zst"}) {
        if (has_extension(path, ending)) return path.substr(0, path.size() - ending.size());
    }
    return path;
}

}  // namespace cardresolver::source
