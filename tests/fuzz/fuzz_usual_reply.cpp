// Any body of a reply: where the short way takes it, the parser takes it too, and both give the same.
#include "carrier/reply_decoder.hpp"
#include "carrier/usual_reply.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static cardresolver::carrier::usual_reply_decoder usual_decoder;
    static cardresolver::carrier::reply_decoder decoder;
    // A copy of exactly this size, so that a look behind its end is noticed.
    const std::vector<char> body(bytes, bytes + size);
    const std::string_view text(body.data(), body.size());
    const auto* usual = usual_decoder.decode(text);
    if (usual == nullptr) return 0;
    const auto* any = decoder.decode_any(text);
    if (any == nullptr || any->repaired || usual->repaired) std::abort();
    if (usual->status != any->status || usual->message != any->message) std::abort();
    if (!std::ranges::equal(usual->items, any->items)) std::abort();
    return 0;
}
