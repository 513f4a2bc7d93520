#include "run/earlier_work.hpp"

namespace cardresolver::run {

earlier_work::earlier_work(const std::optional<checkpoint>& resumed) {
    if (!resumed) return;
    resumption_ = {resumed->position, resumed->consumed};
    newest_line_ = resumed->newest_line;
    open_ = resumed->open;
    if (resumed->history.empty()) return;  // cut off before the first row
    auto history = read_history(resumed->history);
    if (!history) {
        throw sink::output_error(sink::output_error::error_kind::damaged,
                                 "the checkpoint's counters are damaged; --restart drops the rows so far");
    }
    history_ = std::move(*history);
}

}  // namespace cardresolver::run
