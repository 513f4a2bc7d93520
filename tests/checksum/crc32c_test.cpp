#include "checksum/crc32c.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cardresolver::checksum {
namespace {

std::string ascending_bytes() {
    std::string bytes;
    for (char next = 0; next < 32; ++next)
        bytes.push_back(next);
    return bytes;
}

/// RFC 3720, appendix B.4, and the check value of the usual catalogues.
TEST(crc32c, known_values) {
    struct {
        std::string bytes;
        std::uint32_t crc;
    } const cases[]{
        {"", 0},
        {"123456789", 0xE3069283},
        {std::string(32, '\0'), 0x8A9136AA},
        {std::string(32, '\xFF'), 0x62A8AB43},
        {ascending_bytes(), 0x46DD794E},
    };
    for (const auto& [bytes, crc] : cases) {
        EXPECT_EQ(extend_crc32c(0, bytes), crc) << bytes.size() << " bytes";
        EXPECT_EQ(extend_crc32c_portably(0, bytes), crc) << bytes.size() << " bytes";
    }
}

TEST(crc32c, pieces_give_the_same_as_the_whole) {
    std::mt19937 random(20261125);
    std::string bytes(1000, '\0');
    for (auto& byte : bytes)
        byte = static_cast<char>(random());
    const auto whole = extend_crc32c_portably(0, bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const auto first = extend_crc32c(0, std::string_view(bytes).substr(0, cut));
        EXPECT_EQ(extend_crc32c(first, std::string_view(bytes).substr(cut)), whole) << "cut at " << cut;
    }
}

TEST(crc32c, finds_each_flipped_bit) {
    std::string bytes = "898602B2221430000006,460040260908676\n";
    const auto intact = extend_crc32c(0, bytes);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        const auto mask = static_cast<char>(1U << (bit % 8));
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
        EXPECT_NE(extend_crc32c(0, bytes), intact) << "bit " << bit;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
    }
}

}  // namespace
}  // namespace cardresolver::checksum
