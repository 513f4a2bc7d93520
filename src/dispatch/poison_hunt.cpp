#include "dispatch/poison_hunt.hpp"

#include "dispatch/verify.hpp"

#include <utility>

namespace cardresolver::dispatch {

poison_hunt::poison_hunt(hunt_cause cause, std::vector<slot_id> suspects) : cause_(cause) {
    CARDRESOLVER_VERIFY(suspects.size() > 1);
    split(std::move(suspects));
}

bool poison_hunt::has_group() const noexcept {
    if (!singles_.empty()) return true;
    return under_way_ == 0 && (!stack_.empty() || !unknown_.empty());
}

std::vector<slot_id> poison_hunt::take_group() {
    CARDRESOLVER_VERIFY(has_group());
    if (is_single_by_single()) ask_singly_from_now_on();
    ++requests_;
    ++under_way_;
    if (!singles_.empty()) {
        std::vector<slot_id> single{singles_.back()};
        singles_.pop_back();
        return single;
    }
    if (stack_.empty()) stack_.push_back({std::exchange(unknown_, {}), {}});
    auto next = std::move(stack_.back());
    stack_.pop_back();
    rest_ = std::move(next.rest);
    return std::move(next.group);
}

void poison_hunt::on_clean() {
    CARDRESOLVER_VERIFY(under_way_ > 0);
    --under_way_;
    if (!rest_.empty()) split(std::exchange(rest_, {}));
}

void poison_hunt::on_refused(std::vector<slot_id> group) {
    CARDRESOLVER_VERIFY(under_way_ > 0);
    --under_way_;
    if (!rest_.empty()) set_aside(std::exchange(rest_, {}));
    if (group.empty()) {
        has_found_one_ = true;
    } else {
        split(std::move(group));
    }
}

void poison_hunt::on_withdrawn() {
    CARDRESOLVER_VERIFY(under_way_ > 0);
    --under_way_;
    if (!rest_.empty()) set_aside(std::exchange(rest_, {}));
}

/// `known` holds a bad card. Its smaller half is asked: that is the cheaper one where the inference holds.
void poison_hunt::split(std::vector<slot_id> known) {
    if (known.size() == 1) {
        stack_.push_back({std::move(known), {}});
        return;
    }
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::vector<slot_id> rest(middle, known.end());
    known.erase(middle, known.end());
    stack_.push_back({std::move(known), std::move(rest)});
}

void poison_hunt::set_aside(std::vector<slot_id> unknown) {
    if (has_found_one_) {
        stack_.push_back({std::move(unknown), {}});
    } else {
        unknown_.insert(unknown_.end(), unknown.begin(), unknown.end());
    }
}

void poison_hunt::ask_singly_from_now_on() {
    const auto move_over = [this](std::vector<slot_id>& from) {
        singles_.insert(singles_.end(), from.begin(), from.end());
        from.clear();
    };
    for (auto& one : stack_) {
        move_over(one.group);
        move_over(one.rest);
    }
    stack_.clear();
    move_over(unknown_);
}

}  // namespace cardresolver::dispatch
