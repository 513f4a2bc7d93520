#include "run/run_opening.hpp"

#include "database/database_url.hpp"
#include "run/checkpoint_file.hpp"
#include "run/opening_parts.hpp"
#include "run/table_opening.hpp"
#include "sink/descriptor.hpp"

#include <fmt/format.h>

#include <map>
#include <unistd.h>

namespace cardresolver::run {
namespace {

using input_error = source::input_error;

std::map<std::string_view, std::string_view> parse_settings(std::string_view text) {
    std::map<std::string_view, std::string_view> values;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto name = line.substr(0, line.find('='));
        values[name] = line.substr(std::min(line.size(), name.size() + 1));
    }
    return values;
}

void require_same_input(const settings& settings, const checkpoint& state) {
    const auto why = find_other_list(settings, state);
    if (why.empty()) return;
    throw input_error(
        input_error::error_kind::unusable,
        fmt::format("{}: {} since the unfinished run began; bring it back, or drop the rows so far "
                    "with --restart",
                    source::name_of_input(settings.input.path), why));
}

void require_same_settings(const settings& settings, const checkpoint& state) {
    const auto difference = describe_difference(state.settings, settings.row_settings);
    if (difference.empty()) return;
    throw settings_changed(
        fmt::format("an unfinished run of {} cannot go on: {}; give what it was begun with, or "
                    "drop the rows so far with --restart",
                    sink::show_path(settings.output.target), difference));
}

bool is_file_missing(const std::string& path) {
    return ::access(path.c_str(), F_OK) != 0;
}

std::string checkpoint_path_of(const settings& settings) {
    return sink::file_of(settings.output.target).value_or(settings.output.target) + ".checkpoint";
}

/// A run that was cut off behind its very last renaming has left its checkpoint beside the finished rows.
void forget_finished_run(const settings& settings) {
    const auto rows = sink::file_of(settings.output.target);
    const auto path = checkpoint_path_of(settings);
    if (!rows || is_file_missing(*rows) || !is_file_missing(*rows + ".partial") || is_file_missing(path))
        return;
    try {
        checkpoint_file store(path);
        const auto state = store.load();
        if (state && state->is_complete) store.finish();
    } catch (const sink::output_error&) {
        return;  // none of ours, or not ours to remove
    }
}

/// The steps of `open_run`, and what to undo.
class opening_steps {
public:
    explicit opening_steps(const settings& settings) : settings_(settings) {}

    run_opening take() {
        opened_.outputs.format = settings_.format;
        opened_.outputs.failures_format = settings_.failures_format;
        opened_.outputs.rows = open_rows();
        try {
            if (rows().is_resumable()) look_for_checkpoint();
            opened_.outputs.failures = open_failures(settings_, opened_.resumed);
            begin();
        } catch (...) {
            undo();
            throw;
        }
        return std::move(opened_);
    }

private:
    sink::output& rows() { return *opened_.outputs.rows; }

    std::unique_ptr<sink::output> open_rows() const {
        try {
            return sink::open_output(settings_.output);
        } catch (const sink::output_error&) {
            forget_finished_run(settings_);
            throw;
        }
    }

    void look_for_checkpoint() {
        checkpoint_path_ = checkpoint_path_of(settings_);
        had_checkpoint_ = !is_file_missing(checkpoint_path_);
        if (settings_.restart) return;
        store_ = std::make_unique<checkpoint_file>(checkpoint_path_);
        auto state = store_->load();
        // A finished run may have been cut off after it had renamed its rows, before it removed this.
        if (!state || (state->is_complete && !rows().has_leftover())) return;
        require_same_settings(settings_, *state);
        require_same_input(settings_, *state);
        opened_.resumed = std::move(state);
    }

    void begin() {
        const bool keeps_progress = !checkpoint_path_.empty();
        if (keeps_progress && settings_.restart) {
            remove_checkpoint(checkpoint_path_);
            had_checkpoint_ = false;
            store_ = std::make_unique<checkpoint_file>(checkpoint_path_);
        }
        if (opened_.resumed) store_->save(*opened_.resumed);
        opened_.replaced_partial = !opened_.resumed && rows().has_leftover();
        begin_output(rows(), opened_.resumed ? std::optional(opened_.resumed->rows) : std::nullopt);
        if (opened_.outputs.failures)
            begin_output(*opened_.outputs.failures,
                         opened_.resumed ? opened_.resumed->failures : std::nullopt);
        auto state = opened_.resumed ? *opened_.resumed : make_first_checkpoint(settings_);
        opened_.run_id = state.run_id;
        if (!keeps_progress) return;
        if (!opened_.resumed) save_first(state);
        opened_.outputs.progress = std::make_unique<progress_keeper>(std::move(store_), std::move(state));
    }

    /// Before anything is asked: what cannot be saved would be paid for in vain.
    void save_first(const checkpoint& state) {
        try {
            store_->save(state);
        } catch (const sink::output_error& fault) {
            throw sink::output_error(sink::output_error::error_kind::cannot_create, fault.what());
        }
    }

    /// What this process has created goes again; what was there before stays.
    void undo() {
        store_.reset();
        opened_.outputs.progress.reset();
        if (!had_checkpoint_ && !checkpoint_path_.empty()) remove_checkpoint(checkpoint_path_);
        for (auto* out : {opened_.outputs.failures.get(), opened_.outputs.rows.get()}) {
            if (out != nullptr && out->is_new()) out->discard();
        }
    }

    const settings& settings_;
    run_opening opened_;
    std::string checkpoint_path_;  ///< empty: progress is not kept
    std::unique_ptr<checkpoint_file> store_;
    bool had_checkpoint_ = false;  ///< and has it still
};

}  // namespace

std::string describe_difference(std::string_view before, std::string_view now) {
    const auto old_values = parse_settings(before);
    const auto new_values = parse_settings(now);
    const auto value_in = [](const auto& values, std::string_view name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string_view() : found->second;
    };
    auto names = old_values;
    names.insert(new_values.begin(), new_values.end());
    std::string text;
    for (const auto& [name, ignored] : names) {
        const auto was = value_in(old_values, name);
        const auto is = value_in(new_values, name);
        if (was != is)
            text += fmt::format("{}--{} was '{}' and is '{}'", text.empty() ? "" : ", ", name, was, is);
    }
    return text;
}

run_opening open_run(const settings& settings, const source::list_columns* list) {
    if (database::is_database_url(settings.output.target)) return open_table_run(settings, list);
    return opening_steps(settings).take();
}

}  // namespace cardresolver::run
