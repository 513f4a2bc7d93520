// What the carrier said, before anybody judges it.
#pragma once

#include <cstdint>
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
    /// Not 0: all items that one decoder has ever given with the same one differ in the characters of their
    /// numbers alone. Status and message are the same, byte for byte; the numbers are as long, and where an
    /// IMSI or an MSISDN is digits alone in one of them, so it is in all. It tells nothing of others.
    std::uint64_t shape = 0;

    /// Whether they say the same.
    friend bool operator==(const reply_item& a, const reply_item& b) noexcept {
        return a.status == b.status && a.message == b.message && a.iccid == b.iccid && a.imsi == b.imsi &&
               a.msisdn == b.msisdn;
    }
};

/// A decoded reply (CMIOT_API2111, returned parameters). The views belong to the decoder.
struct reply {
    std::string_view status;
    std::string_view message;
    std::span<const reply_item> items;
    bool repaired = false;  ///< it was no JSON until missing commas were put in
};

}  // namespace cardresolver::carrier
