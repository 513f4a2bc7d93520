#include "simulator/reply_body.hpp"

namespace cardresolver::simulator {
namespace {

/// Everything around the values, in one spelling.
struct spelling {
    std::string_view status;
    std::string_view message;
    std::string_view message_without_comma;
    std::string_view result;
    std::string_view imsi;
    std::string_view msisdn;
    std::string_view iccid;
};

constexpr spelling lower{R"("status":)",   R"(,"message":")", "\n            \"message\": \"",
                         R"(","result":)", R"(","imsi":")",   R"(","msisdn":")",
                         R"(","iccid":")"};
constexpr spelling upper{R"("STATUS":)",   R"(,"MESSAGE":")", "\n            \"MESSAGE\": \"",
                         R"(","RESULT":)", R"(","IMSI":")",   R"(","MSISDN":")",
                         R"(","ICCID":")"};

const spelling& spelling_of(reply_style style) noexcept {
    return style.upper_keys ? upper : lower;
}

}  // namespace

void reply_body::put_status(const carrier_status& status, std::string_view between) {
    const std::string_view quote = style_.number_status ? "" : "\"";
    out_.put(spelling_of(style_).status);
    out_.put(quote);
    out_.put(status.code);
    out_.put(quote);
    out_.put(between);
    out_.put(status.message);
}

void reply_body::write_status(const carrier_status& status) {
    begin(status);
    end();
}

void reply_body::write_null_result(const carrier_status& status) {
    out_.put("{");
    put_status(status, spelling_of(style_).message);
    out_.put(spelling_of(style_).result);
    out_.put("null}");
}

void reply_body::begin(const carrier_status& status) {
    has_items_ = false;
    out_.put("{");
    put_status(status, spelling_of(style_).message);
    out_.put(spelling_of(style_).result);
    out_.put("[");
}

void reply_body::add(const reply_item& item) {
    put_item(item, spelling_of(style_).message);
}

void reply_body::add_without_comma(const reply_item& item) {
    put_item(item, spelling_of(style_).message_without_comma);
}

void reply_body::put_item(const reply_item& item, std::string_view between) {
    const auto& keys = spelling_of(style_);
    out_.put(has_items_ ? ",{" : "{");
    has_items_ = true;
    put_status(item.status, between);
    if (!item.numbers.imsi.empty()) {
        out_.put(keys.imsi);
        out_.put(item.numbers.imsi);
    }
    if (!item.numbers.msisdn.empty()) {
        out_.put(keys.msisdn);
        out_.put(item.numbers.msisdn);
    }
    if (!item.numbers.iccid.empty()) {
        out_.put(keys.iccid);
        out_.put(item.numbers.iccid);
    }
    out_.put("\"}");
}

void reply_body::end() {
    out_.put("]}");
}

}  // namespace cardresolver::simulator
