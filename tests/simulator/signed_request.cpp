#include "simulator/signed_request.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdio>

namespace cardresolver::simulator::test {

std::string transid_of(const request_recipe& recipe) {
    return recipe.appid + recipe.time + recipe.sequence;
}

std::string token_of(const request_recipe& recipe, std::string_view transid) {
    const std::string text = recipe.appid + recipe.password + std::string(transid);
    std::array<unsigned char, 32> hash{};
    EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
    std::string hex;
    for (const auto byte : hash) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(byte));
        hex += digits.data();
    }
    return hex;
}

std::string query_of(const request_recipe& recipe) {
    const auto transid = transid_of(recipe);
    std::string query = "appid=" + recipe.appid + "&transid=" + transid + "&ebid=" + recipe.ebid +
                        "&token=" + token_of(recipe, transid) + "&" + recipe.kind + "=";
    for (std::size_t i = 0; i < recipe.cards.size(); ++i) {
        if (i > 0) query += '_';
        query += recipe.cards[i];
    }
    return query;
}

std::string get_of(const request_recipe& recipe) {
    return "GET /v2/batchquerycardinfo?" + query_of(recipe) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string sequence_text(unsigned number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%08u", number);
    return text.data();
}

std::vector<std::string> some_iccids(unsigned count) {
    std::vector<std::string> cards;
    for (unsigned i = 0; i < count; ++i) {
        cards.push_back("898602B2221" + std::string(1, '4') + sequence_text(i));
    }
    return cards;
}

}  // namespace cardresolver::simulator::test
