#include "dispatch/quota/model_process.hpp"

#include <algorithm>

namespace cardresolver::dispatch::quota {

permit model_process::send(duration now) {
    ++in_flight_;
    return gate_.take(time_point(now));
}

void model_process::reply(duration now, const permit& taken) {
    --in_flight_;
    gate_.release(taken, permit_end::answered, time_point(now));
}

duration model_process::next_event(duration now) {
    const time_point at(now);
    return std::min(gate_.available_at(at), gate_.asks_at(at, true)).time_since_epoch();
}

}  // namespace cardresolver::dispatch::quota
