// What the carrier said, before anybody judges it.
#pragma once

#include <span>
#include <string_view>

namespace cardresolver::carrier {

/// One element of `result`. Absent, `null` and empty are alike: empty. Surrounding blanks are gone; the bytes
/// may be hostile otherwise: nothing here has been checked to be a number or printable.
struct reply_item {
    std::string_view status;
    std::string_view message;
    std::string_view iccid;
    std::string_view imsi;
    std::string_view msisdn;

    friend bool operator==(const reply_item&, const reply_item&) = default;
};

/// A decoded reply (CMIOT_API2111, returned parameters). The views belong to the decoder.
struct reply {
    std::string_view status;
    std::string_view message;
    std::span<const reply_item> items;
    bool repaired = false;  ///< it was no JSON until missing commas were put in
};

}  // namespace cardresolver::carrier
