// Any body of a reply: decoded or refused, and every view within bounds.
#include "carrier/reply_decoder.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void look_at(std::string_view text) {
    volatile unsigned sum = 0;
    for (const char c : text)
        sum = sum + static_cast<unsigned char>(c);
    if (text.size() > cardresolver::carrier::max_reply_string) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static cardresolver::carrier::reply_decoder decoder;
    const std::string body(reinterpret_cast<const char*>(bytes), size);
    const auto* reply = decoder.decode(body);
    if (reply == nullptr) return 0;
    if (reply->items.size() > cardresolver::carrier::max_reply_items) std::abort();
    look_at(reply->status);
    look_at(reply->message);
    for (const auto& item : reply->items) {
        for (const auto field : {item.status, item.message, item.iccid, item.imsi, item.msisdn})
            look_at(field);
    }
    return 0;
}
