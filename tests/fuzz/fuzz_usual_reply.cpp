// Any body of a reply: where the short way takes it, the parser takes it too, and both give the same.
#include "carrier/reply_decoder.hpp"
#include "carrier/usual_reply.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using cardresolver::carrier::reply;
using cardresolver::carrier::usual_reply_decoder;

/// One that knows the shapes of what carriers send, so that an input comes close to one of them soon.
usual_reply_decoder make_experienced() {
    usual_reply_decoder decoder;
    const auto* reply = decoder.decode(
        R"({"status":"0","result":[{"status":"0","imsi":"460040260908676","iccid":"898602B2221430000006"},)"
        R"({"status":"25","message":"m","msisdn":"1064826090209"},{"iccid":"1","imsi":2}]})");
    if (reply == nullptr) std::abort();
    return decoder;
}

void compare(const reply* usual, const reply* any) {
    if (usual == nullptr) return;
    if (any == nullptr || any->repaired || usual->repaired) std::abort();
    if (usual->status != any->status || usual->message != any->message) std::abort();
    if (!std::ranges::equal(usual->items, any->items)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const usual_reply_decoder experienced = make_experienced();
    static cardresolver::carrier::reply_decoder decoder;
    // A copy of exactly this size, so that a look behind its end is noticed.
    const std::vector<char> body(bytes, bytes + size);
    const std::string_view text(body.data(), body.size());
    usual_reply_decoder usual_decoder = experienced;  // so that an input fails by itself
    const auto* any = decoder.decode_any(text);
    compare(usual_decoder.decode(text), any);
    compare(usual_decoder.decode(text), any);  // by the shapes that it has learnt from it
    return 0;
}
