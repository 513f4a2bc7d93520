#include "carrier/item_shape.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::carrier {
namespace {

using namespace std::string_literals;

const std::string sample =
    R"({"status":"25","message":"m@","imsi":"460","msisdn":"1064","iccid":"898602B222143000000Z"})";

std::string_view text_in(std::string_view item, std::string_view key) {
    const auto quoted = "\"" + std::string(key) + "\":\"";
    const auto at = item.find(quoted);
    if (at == std::string_view::npos) return {};
    const auto begin = at + quoted.size();
    return item.substr(begin, item.find('"', begin) - begin);
}

/// The texts of `item`, whose values are all in quotes.
reply_item read(std::string_view item) {
    return {text_in(item, "status"), text_in(item, "message"), text_in(item, "iccid"), text_in(item, "imsi"),
            text_in(item, "msisdn")};
}

item_shape shape_of(const std::string& item) {
    item_shape shape;
    EXPECT_TRUE(shape.learn(item, read(item))) << item;
    return shape;
}

/// Both ways must agree.
bool fits(const item_shape& shape, std::string_view item) {
    const std::vector<char> exact(item.begin(), item.end());  // a look behind its end is noticed by ASan
    const std::string_view text(exact.data(), exact.size());
    EXPECT_EQ(shape.fits(text), shape.fits_by_bytes(text)) << item;
    return shape.fits(text);
}

TEST(item_shape, fits_items_that_differ_in_their_numbers_alone) {
    const auto shape = shape_of(sample);
    const std::string other =
        R"({"status":"25","message":"m@","imsi":"999","msisdn":"0000","iccid":"0123456789ABCDEFGHIZ"})";
    ASSERT_EQ(shape.size(), other.size());
    EXPECT_TRUE(fits(shape, sample));
    EXPECT_TRUE(fits(shape, other));
    EXPECT_TRUE(fits(shape, other + ",{")) << "what follows does not matter";
    EXPECT_EQ(shape.item_at(other.data()), (reply_item{"25", "m@", "0123456789ABCDEFGHIZ", "999", "0000"}));
}

TEST(item_shape, lets_each_byte_be_what_it_may) {
    const auto shape = shape_of(sample);
    const auto item = read(sample);
    const auto is_in = [](std::string_view part, std::size_t at) {
        return at - static_cast<std::size_t>(part.data() - sample.data()) < part.size();
    };
    for (std::size_t at = 0; at < sample.size(); ++at) {
        const char highest = is_in(item.iccid, at)                            ? 'Z'
                             : is_in(item.imsi, at) || is_in(item.msisdn, at) ? '9'
                                                                              : '\0';
        for (int byte = 0; byte < 0x100; ++byte) {
            auto other = sample;
            other[at] = static_cast<char>(byte);
            const bool may = highest != '\0' ? byte >= '0' && byte <= highest : other[at] == sample[at];
            ASSERT_EQ(fits(shape, other), may) << byte << " at " << at;
        }
    }
}

TEST(item_shape, has_any_size_within_its_limits) {
    for (std::size_t size = 0; size <= item_shape::max_size + 20; ++size) {
        std::string item(size, 'x');
        item_shape shape;
        const bool learnt = shape.learn(item, {});
        ASSERT_EQ(learnt, size >= item_shape::min_size && size <= item_shape::max_size) << size;
        ASSERT_EQ(fits(shape, item + std::string(300, 'x')), learnt);
        if (!learnt) continue;
        ASSERT_FALSE(fits(shape, std::string_view(item).substr(1))) << "one byte is missing";
        for (std::size_t at = 0; at < size; ++at) {
            for (const char c : {'w', 'y'}) {
                item[at] = c;
                ASSERT_FALSE(fits(shape, item)) << size << ", at " << at;
            }
            item[at] = 'x';
        }
    }
}

TEST(item_shape, keeps_a_number_as_it_is_that_might_be_read_otherwise) {
    struct sample_number {
        std::string item;
        std::string number;  ///< as it was read: without blanks
        std::string other;
    };
    for (const auto& [item, number, other] :
         {sample_number{R"({"status":"0","iccid":12345})", "12345", "02345"},     // no JSON
          sample_number{R"({"status":"0","iccid":"12345 "})", "12345", "12346"},  // a blank behind it
          sample_number{R"({"status":"0","iccid":" 12345"})", "12345", "12346"},
          sample_number{R"({"status":"0","iccid":"1234a"})", "1234a", "1234b"}}) {
        item_shape shape;
        const auto at = item.find(number);
        ASSERT_TRUE(shape.learn(item, {"", "", std::string_view(item).substr(at, number.size()), "", ""}));
        EXPECT_TRUE(fits(shape, item)) << item;
        EXPECT_FALSE(fits(shape, std::string(item).replace(at, number.size(), other))) << item;
    }
}

TEST(item_shape, gives_an_absent_text_as_an_empty_one) {
    const auto item = R"({"iccid":"89860010011631234571"})"s;
    EXPECT_EQ(shape_of(item).item_at(item.data()), (reply_item{"", "", "89860010011631234571", "", ""}));
}

TEST(item_shape, has_learnt_from_the_last_item_alone) {
    auto shape = shape_of(sample);
    EXPECT_TRUE(shape.learn(std::string(20, 'x'), {}));
    EXPECT_FALSE(fits(shape, sample));
    EXPECT_FALSE(shape.learn("too short", {}));
    EXPECT_TRUE(fits(shape, std::string(20, 'x')));
}

std::string of_kind(int kind) {
    return R"({"status":"0","message":")" + std::to_string(kind) + R"("})";
}

TEST(item_shapes, keep_the_last_four) {
    item_shapes shapes;
    EXPECT_EQ(shapes.find(of_kind(1)), nullptr);
    for (int kind = 1; kind <= 4; ++kind) {
        const auto item = of_kind(kind);
        shapes.learn(item, read(item));
    }
    shapes.learn("too short", {});  // and so no shape is given up for it
    for (const int kind : {1, 2, 4, 3, 3, 1}) {
        const auto* shape = shapes.find(of_kind(kind));
        ASSERT_NE(shape, nullptr) << kind;
        EXPECT_EQ(shape->size(), of_kind(kind).size());
    }
    const auto fifth = of_kind(5);
    shapes.learn(fifth, read(fifth));
    EXPECT_EQ(shapes.find(of_kind(1)), nullptr);
    for (int kind = 2; kind <= 5; ++kind)
        EXPECT_NE(shapes.find(of_kind(kind)), nullptr) << kind;
}

}  // namespace
}  // namespace cardresolver::carrier
