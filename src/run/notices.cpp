#include "run/notices.hpp"

#include <functional>

namespace cardresolver::run {
namespace {

void tell_once(const std::function<void(std::string_view)>& hook, std::string_view why, bool& is_told) {
    if (!why.empty() && !is_told && hook) hook(why);
    is_told = !why.empty();
}

}  // namespace

void notices::on_wait(std::string_view why) {
    tell_once(settings_.on_wait, why, is_wait_told_);
}

void notices::on_outage(std::string_view why) {
    tell_once(settings_.on_outage, why, is_outage_told_);
}

void notices::on_clock_behind(std::chrono::seconds behind) {
    if (is_clock_told_ || behind < tolerated_step) return;
    is_clock_told_ = true;
    if (settings_.on_clock_behind) settings_.on_clock_behind(behind);
}

}  // namespace cardresolver::run
