#include "card/number_bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cardresolver::card {
namespace {

template <class Bytes>
class number_bytes_test : public ::testing::Test {};

using both = ::testing::Types<number_bytes_by_words, number_bytes>;
TYPED_TEST_SUITE(number_bytes_test, both);

TYPED_TEST(number_bytes_test, sees_every_byte_at_every_place) {
    for (std::size_t size = number_bytes_size / 2; size <= number_bytes_size; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (unsigned value = 0; value < 256; ++value) {
                const char c = static_cast<char>(value);
                // In a block of its own, so that a sanitizer sees a look beyond it.
                std::vector<char> text(size, '7');
                text[at] = c;
                const TypeParam bytes(std::string_view(text.data(), size));
                const bool is_digit = c >= '0' && c <= '9';
                ASSERT_EQ(bytes.are_digits(), is_digit) << value << " at " << at << " of " << size;
                ASSERT_EQ(bytes.are_characters(), is_digit || (c >= 'A' && c <= 'Z'))
                    << value << " at " << at << " of " << size;
            }
        }
    }
}

}  // namespace
}  // namespace cardresolver::card
