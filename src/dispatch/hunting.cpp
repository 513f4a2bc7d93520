#include "dispatch/hunting.hpp"

#include "dispatch/verify.hpp"

#include <algorithm>
#include <utility>

namespace cardresolver::dispatch {

void hunting::begin(hunt_cause cause, std::vector<slot_id> suspects, std::uint64_t answered) {
    hunt_id id = 0;
    if (free_.empty()) {
        id = static_cast<hunt_id>(hunts_.size());
        hunts_.emplace_back(cause, std::move(suspects));
        answered_before_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
        hunts_[id] = poison_hunt(cause, std::move(suspects));
    }
    answered_before_[id] = answered;
    enqueue(id);
}

hunting::order hunting::take() {
    CARDRESOLVER_VERIFY(has_group());
    const auto id = queue_.front();
    queue_.pop_front();
    credit_ -= std::min(credit_, cost);
    auto group = hunts_[id].take_group();
    enqueue(id);
    return {id, std::move(group)};
}

void hunting::on_clean(hunt_id hunt) {
    hunts_[hunt].on_clean();
    end_if_done(hunt);
}

void hunting::on_refused(hunt_id hunt, std::vector<slot_id> group) {
    hunts_[hunt].on_refused(std::move(group));
    end_if_done(hunt);
}

void hunting::on_withdrawn(hunt_id hunt) {
    hunts_[hunt].on_withdrawn();
    end_if_done(hunt);
}

void hunting::enqueue(hunt_id hunt) {
    if (hunts_[hunt].has_group() && std::find(queue_.begin(), queue_.end(), hunt) == queue_.end()) {
        queue_.push_back(hunt);
    }
}

void hunting::end_if_done(hunt_id hunt) {
    if (hunts_[hunt].is_done()) {
        free_.push_back(hunt);
    } else {
        enqueue(hunt);
    }
}

}  // namespace cardresolver::dispatch
