// The carrier's codes that the simulator gives, with a text. The texts differ from year to year; clients must
// go by the code.
#pragma once

#include <string_view>

namespace cardresolver::simulator {

struct carrier_status {
    std::string_view code;
    std::string_view message;

    bool is_success() const noexcept { return code == "0"; }
};

namespace statuses {

inline constexpr carrier_status answered{"0", "正确"};
inline constexpr carrier_status unknown_card{"2", "数据库无记录"};
inline constexpr carrier_status not_subscribed{"3", "应用未订购该能力"};
inline constexpr carrier_status wrong_application{"4", "应用不存在或状态异常"};
inline constexpr carrier_status wrong_token{"7", "TOKEN校验不通过"};
inline constexpr carrier_status wrong_parameter{"10", "请求参数不正确"};
// The blank in front is the document's.
inline constexpr carrier_status foreign_msisdn{"12", " MSISDN号不是所查询的集团下的用户"};
inline constexpr carrier_status wrong_naming{"13", "请求参数命名不规范"};
inline constexpr carrier_status too_many_cards{"18", "卡号数量超出限制范围"};
inline constexpr carrier_status foreign_iccid{"25", " ICCID号不是所查询的集团下的用户"};
inline constexpr carrier_status throttled{"71", "已超出API最大流控限制"};
inline constexpr carrier_status busy{"73", "系统忙，请稍后再试"};
inline constexpr carrier_status unknown_path{"10006", "请求地址不存在"};

}  // namespace statuses
}  // namespace cardresolver::simulator
