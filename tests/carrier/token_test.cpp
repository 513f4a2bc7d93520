#include "carrier/token.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cardresolver::carrier {
namespace {

std::string sign(const char* appid, const char* password, const char* transid) {
    const token_signer signer(account{appid, "1", secret(password)});
    const auto signature = signer.sign(transid);
    return {signature.data(), signature.size()};
}

TEST(token_signer, is_sha256_of_appid_password_and_transid) {
    // printf '%s' abc | sha256sum
    EXPECT_EQ(sign("a", "b", "c"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // printf '%s' 100001simulator1000012014101615303080000001 | sha256sum
    EXPECT_EQ(sign("100001", "simulator", "1000012014101615303080000001"),
              "20efcb65062a66b9e50bcdbf93e2f5a3f04fec813c757272ecb97c00f53b7b2f");
}

TEST(token_signer, signs_the_same_twice_and_others_otherwise) {
    const token_signer signer(account{"100001", "1", secret("pässwörd with blanks")});
    EXPECT_EQ(signer.sign("1"), signer.sign("1"));
    EXPECT_NE(signer.sign("1"), signer.sign("2"));
}

}  // namespace
}  // namespace cardresolver::carrier
