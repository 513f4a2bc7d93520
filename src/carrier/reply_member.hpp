// The members of a reply that matter, and what they are called.
#pragma once

#include "carrier/reply.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace cardresolver::carrier {

/// The members that matter, at both levels of a reply.
enum class reply_member : std::uint8_t { status, message, iccid, imsi, msisdn, result, other };

/// Whether `text` is `lower` but for the case of ASCII letters; `lower` has no capital.
inline bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
    }
    return true;
}

/// The member that `key` names, in any case.
inline reply_member member_named(std::string_view key) noexcept {
    // The usual spelling first: that is one comparison of a few bytes.
    const auto is = [&](std::string_view name) { return key == name || equals_ignoring_case(key, name); };
    switch (key.size()) {
        case 4:
            return is("imsi") ? reply_member::imsi : reply_member::other;
        case 5:
            return is("iccid") ? reply_member::iccid : reply_member::other;
        case 6:
            return is("status")   ? reply_member::status
                   : is("msisdn") ? reply_member::msisdn
                   : is("result") ? reply_member::result
                                  : reply_member::other;
        case 7:
            return is("message") ? reply_member::message : reply_member::other;
        default:
            return reply_member::other;
    }
}

/// Where an item keeps the member; null where it does not.
inline std::string_view* field_of(reply_item& item, reply_member which) noexcept {
    constexpr std::array fields{&reply_item::status, &reply_item::message, &reply_item::iccid,
                                &reply_item::imsi, &reply_item::msisdn};  // in the order of the enumeration
    const auto index = static_cast<std::size_t>(which);
    return index < fields.size() ? &(item.*fields[index]) : nullptr;
}

}  // namespace cardresolver::carrier
