#include "run/notices.hpp"

namespace cardresolver::run {

void notices::on_wait(std::string_view why) {
    if (!why.empty() && !is_wait_told_ && settings_.on_wait) settings_.on_wait(why);
    is_wait_told_ = !why.empty();
}

void notices::on_outage(std::string_view why, dispatch::time_point now) {
    const bool is_news = why.empty() ? is_outage_told_ : !is_outage_told_ && now >= next_outage_;
    if (!is_news) return;
    is_outage_told_ = !why.empty();
    if (is_outage_told_) next_outage_ = now + between_outages;
    if (settings_.on_outage) settings_.on_outage(why);
}

void notices::on_clock_behind(std::chrono::seconds behind) {
    if (is_clock_told_ || behind < tolerated_step) return;
    is_clock_told_ = true;
    if (settings_.on_clock_behind) settings_.on_clock_behind(behind);
}

}  // namespace cardresolver::run
