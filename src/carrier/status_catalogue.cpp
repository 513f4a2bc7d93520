#include "carrier/status_catalogue.hpp"

#include <algorithm>
#include <array>

namespace cardresolver::carrier {
namespace {

struct catalogue_entry {
    std::string_view code;
    status_class meaning;
};

constexpr std::array<catalogue_entry, 25> catalogue{{
    {"0", status_class::answered},           // 正确
    {"2", status_class::card},               // 数据库无记录
    {"11", status_class::card},              // 号码没有归属省份
    {"12", status_class::card},              // MSISDN号不是所查询的集团下的用户
    {"25", status_class::card},              // ICCID号不是所查询的集团下的用户
    {"21", status_class::all_cards},         // 查询号码全部非法
    {"10", status_class::request},           // 请求参数不正确
    {"18", status_class::too_large},         // 卡号数量超出限制范围
    {"13", status_class::own_fault},         // 请求参数命名不规范
    {"71", status_class::throttled},         // 已超出API最大流控限制
    {"72", status_class::throttled},         // 已超出订购关系最大流控限制
    {"73", status_class::busy},              // 系统忙，请稍后再试
    {"1", status_class::transient},          // database
    {"99", status_class::transient},         // system
    {"101", status_class::transient},        // system
    {"102", status_class::transient},        // communication
    {"118040195", status_class::transient},  // communication
    {"118030478", status_class::transient},  // communication
    {"3", status_class::account},            // subscription
    {"4", status_class::account},            // application state
    {"6", status_class::account},            // address not on the whitelist
    {"7", status_class::account},            // token
    {"8", status_class::account},            // whitelist
    {"118040196", status_class::account},    // subscription
    {"10006", status_class::configuration},  // no such path
}};

constexpr std::array<std::string_view, status_class_count> class_names{
    "answered",  "card", "all-cards", "request", "too-large",     "own-fault",
    "throttled", "busy", "transient", "account", "configuration", "unknown"};

/// 不是所查询的集团下的用户: "is not a user of the group that asks".
constexpr std::string_view not_this_customer = "不是所查询的集团下的用户";

/// Without ASCII white space and punctuation in half and full width, which differ from version to version.
std::string without_blanks(std::string_view message) {
    std::string text;
    for (std::size_t i = 0; i < message.size(); ++i) {
        const auto rest = message.substr(i);
        const bool wide = rest.starts_with("\u3000") || rest.starts_with("\uFF0C") ||
                          rest.starts_with("\u3002") || rest.starts_with("\uFF1A") ||
                          rest.starts_with("\uFF01");
        if (wide) {
            i += 2;
        } else if (std::string_view(" \t\r\n,.:!").find(message[i]) == std::string_view::npos) {
            text.push_back(message[i]);
        }
    }
    return text;
}

}  // namespace

std::string_view to_string(status_class meaning) noexcept {
    return class_names[static_cast<std::size_t>(meaning)];
}

std::optional<status_class> status_class_named(std::string_view name) noexcept {
    const auto* const found = std::find(class_names.begin(), class_names.end(), name);
    if (found == class_names.end()) return std::nullopt;
    return static_cast<status_class>(found - class_names.begin());
}

status_class status_catalogue::look_up(std::string_view code, std::string_view message) const {
    if (const auto found = overrides_.find(code); found != overrides_.end()) return found->second;
    const auto entry =
        std::find_if(catalogue.begin(), catalogue.end(), [&](const auto& e) { return e.code == code; });
    if (entry != catalogue.end()) return entry->meaning;
    if (without_blanks(message).find(not_this_customer) != std::string::npos) return status_class::card;
    return status_class::unknown;
}

void status_catalogue::reclassify(std::string code, status_class meaning) {
    overrides_.insert_or_assign(std::move(code), meaning);
}

}  // namespace cardresolver::carrier
