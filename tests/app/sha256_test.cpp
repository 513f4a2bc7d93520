#include "app/sha256.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace cardresolver::app {
namespace {

// FIPS 180-2, B.1 and B.3.
constexpr auto of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr auto of_a_million_a = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(sha256, of_texts) {
    EXPECT_EQ(sha256("abc"), of_abc);
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(sha256, of_files) {
    const support::temporary_folder folder;
    EXPECT_EQ(sha256_of_file(folder.write("short", "abc")), of_abc);
    EXPECT_EQ(sha256_of_file(folder.write("long", std::string(1'000'000, 'a'))), of_a_million_a);
    const auto longer = std::string(3'000'000, 'b');
    EXPECT_EQ(sha256_of_file(folder.write("longer", longer)), sha256(longer));
    EXPECT_EQ(sha256_of_file(folder.write("empty", "")), sha256(""));
}

TEST(sha256, of_nothing_else) {
    const support::temporary_folder folder;
    EXPECT_FALSE(sha256_of_file(folder.path_of("none")));
    EXPECT_FALSE(sha256_of_file(folder.path_of(".")));
    EXPECT_FALSE(sha256_of_file("/dev/zero"));
}

}  // namespace
}  // namespace cardresolver::app
