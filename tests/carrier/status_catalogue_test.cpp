#include "carrier/status_catalogue.hpp"

#include <gtest/gtest.h>

namespace cardresolver::carrier {
namespace {

struct known_code {
    const char* code;
    status_class meaning;
};

class status_catalogue_codes : public testing::TestWithParam<known_code> {};

TEST_P(status_catalogue_codes, have_their_class_whatever_the_text) {
    const status_catalogue catalogue;
    EXPECT_EQ(catalogue.classify(GetParam().code, ""), GetParam().meaning);
    EXPECT_EQ(catalogue.classify(GetParam().code, "the text has changed"), GetParam().meaning);
}

INSTANTIATE_TEST_SUITE_P(
    every_code, status_catalogue_codes,
    testing::Values(known_code{"0", status_class::answered}, known_code{"2", status_class::card},
                    known_code{"11", status_class::card}, known_code{"12", status_class::card},
                    known_code{"25", status_class::card}, known_code{"21", status_class::all_cards},
                    known_code{"10", status_class::request}, known_code{"18", status_class::too_large},
                    known_code{"13", status_class::own_fault}, known_code{"71", status_class::throttled},
                    known_code{"72", status_class::throttled}, known_code{"73", status_class::busy},
                    known_code{"1", status_class::transient}, known_code{"99", status_class::transient},
                    known_code{"101", status_class::transient}, known_code{"102", status_class::transient},
                    known_code{"118040195", status_class::transient},
                    known_code{"118030478", status_class::transient}, known_code{"3", status_class::account},
                    known_code{"4", status_class::account}, known_code{"6", status_class::account},
                    known_code{"7", status_class::account}, known_code{"8", status_class::account},
                    known_code{"118040196", status_class::account},
                    known_code{"10006", status_class::configuration}, known_code{"", status_class::unknown},
                    known_code{"5", status_class::unknown}, known_code{"00", status_class::unknown}));

TEST(status_catalogue, reads_the_text_of_unknown_codes_only) {
    const status_catalogue catalogue;
    EXPECT_EQ(catalogue.classify("4711", " IMSI号不是所查询的集团下的用户。"), status_class::card);
    EXPECT_EQ(catalogue.classify("4711", "号 不是 所查询的，集团下的用户"), status_class::card);
    EXPECT_EQ(catalogue.classify("4711", "系统忙"), status_class::unknown);
    EXPECT_EQ(catalogue.classify("73", "号不是所查询的集团下的用户"), status_class::busy);
}

TEST(status_catalogue, lets_the_user_reclassify) {
    status_catalogue catalogue;
    catalogue.reclassify("25", status_class::transient);
    catalogue.reclassify("4711", status_class::card);
    EXPECT_EQ(catalogue.classify("25", ""), status_class::transient);
    EXPECT_EQ(catalogue.classify("4711", ""), status_class::card);
}

}  // namespace
}  // namespace cardresolver::carrier
