// The bytes of one request.
#pragma once

#include "card/number.hpp"
#include "carrier/account.hpp"
#include "carrier/base_url.hpp"
#include "carrier/token.hpp"
#include "carrier/transid.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cardresolver::carrier {

/// Most cards in one request (CMIOT_API2111: "每次查询不超过100张卡").
inline constexpr std::size_t max_cards_per_request = 100;

/// How the parameters travel. The carrier's document allows GET and POST; its C# sample POSTs a query string.
enum class request_method : std::uint8_t { get, post_query, post_form };

std::string_view to_string(request_method method) noexcept;

/// Writes whole HTTP/1.1 requests (RFC 9112). What does not change from request to request is prepared once.
/// The bytes hold the token: they must never be logged.
class request_encoder {
public:
    /// `find_fault(account)` must have found none. `user_agent` is a product token (RFC 9110 section 10.1.5).
    request_encoder(const base_url& url, const account& account, request_method method,
                    std::string_view user_agent);

    /// Replaces `out` by the request that asks for `numbers`: 1 to `max_cards_per_request`, all of `kind`.
    void encode(std::string& out, const transid& transid, card::card_kind kind,
                std::span<const card::card_number> numbers) const;

    /// The parameters alone, as they stand behind the `?`.
    void encode_parameters(std::string& out, const transid& transid, card::card_kind kind,
                           std::span<const card::card_number> numbers) const;

private:
    token_signer signer_;
    request_method method_;
    std::string request_line_;  ///< up to the parameters or the version
    std::string fields_;        ///< header fields that every request has
    std::string appid_;         ///< "appid=…&transid="
    std::string ebid_;          ///< "&ebid=…&token="
};

}  // namespace cardresolver::carrier
