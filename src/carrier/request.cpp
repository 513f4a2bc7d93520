#include "carrier/request.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace cardresolver::carrier {
namespace {

constexpr std::string_view resource = "/v2/batchquerycardinfo";
constexpr std::string_view version = " HTTP/1.1\r\n";

constexpr std::string_view list_parameter(card::card_kind kind) {
    constexpr std::array<std::string_view, card::card_kind_count> names{"&iccids=", "&imsis=", "&msisdns="};
    return names[card::index_of(kind)];
}

bool is_account_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

std::optional<std::string> find_fault_in(std::string_view name, std::string_view value, std::size_t limit) {
    if (value.empty()) return std::string("no ").append(name).append(" is given");
    if (value.size() > limit) {
        return std::string("the ").append(name).append(" is longer than ") + std::to_string(limit) +
               " characters";
    }
    if (!std::all_of(value.begin(), value.end(), is_account_character)) {
        return std::string("the ").append(name).append(" may hold letters, digits, '-' and '.' only");
    }
    return std::nullopt;
}

/// Copies each number with all its places, whose count is known: what is behind the number is overwritten by
/// what comes next, or left out. Not in `out` itself: a string that grows is filled with zeros first.
void append_numbers(std::string& out, std::span<const card::card_number> numbers) {
    if (numbers.empty() || numbers.size() > max_cards_per_request)
        throw std::invalid_argument("a request asks for 1 to 100 cards");
    std::array<char, max_cards_per_request*(card::max_number_length + 1)> text;  // NOLINT(*-member-init)
    char* at = text.data();
    for (const auto& number : numbers) {
        std::memcpy(at, number.characters().data(), card::max_number_length);
        at += number.view().size();
        *at++ = '_';
    }
    out.append(text.data(), static_cast<std::size_t>(at - text.data()) - 1);  // without the last underscore
}

}  // namespace

std::optional<std::string> find_fault(const account& account) {
    constexpr std::size_t max_ebid_length = 64;
    if (auto fault = find_fault_in("appid", account.appid, max_appid_length)) return fault;
    if (auto fault = find_fault_in("ebid", account.ebid, max_ebid_length)) return fault;
    if (account.password.empty()) return "no password is given";
    return std::nullopt;
}

std::string_view to_string(request_method method) noexcept {
    constexpr std::array<std::string_view, 3> names{"get", "post-query", "post-form"};
    return names[static_cast<std::size_t>(method)];
}

request_encoder::request_encoder(const base_url& url, const account& account, request_method method,
                                 std::string_view user_agent)
    : signer_(account),
      method_(method),
      request_line_(method == request_method::get ? "GET " : "POST "),
      fields_("Host: " + url.host_field() + "\r\nUser-Agent: "),
      appid_("appid=" + account.appid + "&transid="),
      ebid_("&ebid=" + account.ebid + "&token=") {
    request_line_.append(url.path_prefix).append(resource);
    if (method != request_method::post_form) request_line_.push_back('?');
    fields_.append(user_agent).append("\r\nAccept: application/json\r\n");
    if (method == request_method::post_query) fields_.append("Content-Length: 0\r\n");
    if (method == request_method::post_form) {
        fields_.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    }
}

void request_encoder::encode(std::string& out, const transid& transid, card::card_kind kind,
                             std::span<const card::card_number> numbers) const {
    out.assign(request_line_);
    if (method_ == request_method::post_form) {
        std::string body;
        encode_parameters(body, transid, kind, numbers);
        out.append(version)
            .append(fields_)
            .append(std::to_string(body.size()))
            .append("\r\n\r\n")
            .append(body);
        return;
    }
    encode_parameters(out, transid, kind, numbers);
    out.append(version).append(fields_).append("\r\n");
}

void request_encoder::encode_parameters(std::string& out, const transid& transid, card::card_kind kind,
                                        std::span<const card::card_number> numbers) const {
    const token signature = signer_.sign(transid.view());
    out.append(appid_).append(transid.view());
    out.append(ebid_).append(signature.data(), signature.size());
    out.append(list_parameter(kind));
    append_numbers(out, numbers);
}

}  // namespace cardresolver::carrier
