#include "carrier/secret.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace cardresolver::carrier {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
    out << value;
};

TEST(secret, SE1_cannot_be_printed_or_turned_into_text_by_accident) {
    static_assert(!printable<secret>);
    static_assert(!std::is_convertible_v<secret, std::string>);
    static_assert(!std::is_convertible_v<secret, std::string_view>);
    static_assert(!std::is_convertible_v<std::string, secret>);
}

TEST(secret, SE1_is_wiped_when_it_moves_on) {
    secret first(std::string("a password that is longer than a small string"));
    const secret second(std::move(first));
    EXPECT_EQ(second.reveal(), "a password that is longer than a small string");
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the point
}

}  // namespace
}  // namespace cardresolver::carrier
