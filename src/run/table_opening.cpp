#include "run/table_opening.hpp"

#include "database/database_url.hpp"
#include "run/checkpoint_text.hpp"
#include "run/earlier_work.hpp"
#include "run/kept_columns.hpp"
#include "run/opening_parts.hpp"
#include "run/table_target.hpp"
#include "sink/descriptor.hpp"
#include "source/input_identity.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <thread>

namespace cardresolver::run {
namespace {

using sink::output_error;
using error_kind = output_error::error_kind;
using clock = std::chrono::steady_clock;

/// Before there are threads: told once, and bounded as is the wait for the carrier.
sink::wait_hook make_opening_hook(const settings& settings) {
    const auto until = clock::now() + settings.dispatch.give_up_after;
    return [until, is_told = false, tell = settings.on_wait](std::string_view why,
                                                             std::chrono::milliseconds pause) mutable {
        if (!is_told && tell) tell(why);
        is_told = true;
        const auto left = until - clock::now();
        if (left <= clock::duration::zero()) return false;
        std::this_thread::sleep_for(std::min<clock::duration>(pause, left));
        return true;
    };
}

bool is_same_database(const std::string& input, const std::string& output) {
    std::string why;
    const auto first = database::parse_database_url(input, why);
    const auto second = database::parse_database_url(output, why);
    if (!first || !second || first->kind != second->kind) return false;
    std::error_code ignored;
    return first->place == second->place || std::filesystem::equivalent(first->place, second->place, ignored);
}

/// The steps of `open_table_run`, and what to undo.
class table_opening_steps {
public:
    table_opening_steps(const settings& settings, const source::list_columns* list)
        : settings_(settings), list_(list) {}

    run_opening take() {
        try {
            return take_all();
        } catch (const output_error& fault) {
            // What could not be waited for has not begun.
            if (fault.kind != error_kind::waited_in_vain) throw;
            throw output_error(error_kind::cannot_create, fault.what());
        }
    }

private:
    run_opening take_all() {
        opened_.outputs.format = settings_.format;
        opened_.outputs.failures_format = settings_.failures_format;
        input_ = describe_list(settings_);
        table_ = sink::open_row_table(settings_.output.target, make_opening_hook(settings_));
        require_readable_list();
        look_at_earlier_runs();
        use_columns();
        look_at_failures();
        begin();
        try {
            begin_failures();
        } catch (...) {
            if (!opened_.resumed) table_->discard();
            throw;
        }
        auto target = make_table_target(std::move(table_), opened_.resumed ? opened_.resumed->rows.bytes : 0,
                                        std::move(replaced_));
        opened_.outputs.rows = std::move(target.rows);
        opened_.outputs.progress =
            std::make_unique<progress_keeper>(std::move(target.progress), std::move(state_));
        return std::move(opened_);
    }

    /// A list that keeps its own rows from being written would never end.
    void require_readable_list() {
        if (!is_same_database(settings_.input.path, settings_.output.target) ||
            table_->can_be_read_meanwhile())
            return;
        throw output_error(
            error_kind::cannot_create,
            fmt::format("{}: the list is a query of the same database, which has no write-ahead log, so "
                        "that it cannot be read and written at once: run PRAGMA journal_mode = WAL in it",
                        sink::show_path(database::without_password(settings_.output.target))));
    }

    void look_at_earlier_runs() {
        for (const auto& run : table_->find_runs(settings_.row_settings, input_)) {
            auto state = read_checkpoint(run.progress);
            if (run.is_finished) {
                if (state) look_at_finished(run, *state);
            } else if (!opened_.resumed && dropped_.empty()) {
                look_at_unfinished(run, std::move(state));
            }
        }
    }

    void look_at_finished(const sink::stored_run& run, const checkpoint& state) {
        if (!state.input) {
            if (settings_.output.force) replaced_.push_back({run.run_id, state.consumed});
            return;
        }
        if (!find_other_list(settings_, state).empty()) return;
        if (!settings_.output.force) {
            throw output_error(
                error_kind::cannot_create,
                fmt::format("{}: has the rows of a finished run of the same list under the same "
                            "settings (run_id {}); --force replaces them",
                            sink::show_path(database::without_password(settings_.output.target)),
                            run.run_id));
        }
        replaced_.push_back({run.run_id, {}});
    }

    void look_at_unfinished(const sink::stored_run& run, std::optional<checkpoint> state) {
        if (state && state->input && !find_other_list(settings_, *state).empty()) return;
        if (settings_.restart) {
            drops_failures_ = !state || state->failures;
            return dropped_.push_back(run);
        }
        if (!state) {
            throw output_error(
                error_kind::damaged,
                fmt::format("{}: the progress of the unfinished run {} is damaged; --restart drops its "
                            "rows and starts anew",
                            sink::show_path(database::without_password(settings_.output.target)),
                            run.run_id));
        }
        state->run_id = run.run_id;
        state->settings = run.settings;
        opened_.resumed = std::move(state);
    }

    void use_columns() {
        if (!settings_.keeps_columns) return table_->use_columns({});
        if (list_ != nullptr)
            table_->use_columns(kept_columns(*list_, sink::output_format::database).column_names());
    }

    void begin() {
        state_ = opened_.resumed ? *opened_.resumed : make_first_checkpoint(settings_);
        opened_.run_id = state_.run_id;
        const sink::stored_run run{state_.run_id, state_.settings, input_, write_checkpoint(state_), false};
        if (opened_.resumed) {
            table_->resume(run, earlier_work(opened_.resumed).rows());
        } else {
            table_->begin(run, dropped_);
        }
    }

    /// Before rows of other runs go. What would be created by that waits for the run it belongs to: if this
    /// process were killed in between, nobody would know whose it is.
    void look_at_failures() {
        if (!settings_.failures || !sink::file_of(settings_.failures->target)) return;
        failures_ = open_own_failures();
        if (!failures_ || !failures_->is_new()) return;
        failures_->discard();
        failures_.reset();
    }

    bool has_part_of_failures() const {
        const auto path = settings_.failures ? sink::file_of(settings_.failures->target) : std::nullopt;
        return path && std::filesystem::exists(*path + ".partial");
    }

    /// Refuses those of a run that neither goes on nor is dropped.
    std::unique_ptr<sink::output> open_own_failures() const {
        const bool is_owned = opened_.resumed ? opened_.resumed->failures.has_value() : drops_failures_;
        const bool has_part = has_part_of_failures();
        auto failures = open_failures(settings_, opened_.resumed);
        if (!failures || is_owned || !has_part) return failures;
        throw output_error(error_kind::cannot_create,
                           fmt::format("{} belongs to an unfinished run: finish that one, name another "
                                       "--failures file, or remove it",
                                       sink::show_path(settings_.failures->target + ".partial")));
    }

    void begin_failures() {
        auto failures = failures_ ? std::move(failures_) : open_own_failures();
        if (!failures) return;
        try {
            begin_output(*failures, opened_.resumed ? opened_.resumed->failures : std::nullopt);
        } catch (...) {
            if (failures->is_new()) failures->discard();
            throw;
        }
        opened_.outputs.failures = std::move(failures);
    }

    const settings& settings_;
    const source::list_columns* list_;
    std::string input_;
    run_opening opened_;
    std::unique_ptr<sink::row_table> table_;
    std::vector<sink::stored_run> dropped_;
    std::vector<replaced_run> replaced_;
    std::unique_ptr<sink::output> failures_;  ///< looked at and there already
    bool drops_failures_ = false;             ///< there are some of the run that is dropped
    checkpoint state_;
};

}  // namespace

std::string describe_list(const settings& settings) {
    std::string why;
    if (const auto url = database::parse_database_url(settings.input.path, why); url && url->query)
        return "query " + *url->query;
    const auto file = source::identify(settings.input.path);
    if (!file) return "stream";
    return fmt::format("file size={} head={:08x} tail={:08x}", file->size, file->head_crc, file->tail_crc);
}

run_opening open_table_run(const settings& settings, const source::list_columns* list) {
    return table_opening_steps(settings, list).take();
}

}  // namespace cardresolver::run
