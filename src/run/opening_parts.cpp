#include "run/opening_parts.hpp"

#include "source/input_identity.hpp"

#include <fmt/format.h>

#include <random>
#include <unistd.h>

namespace cardresolver::run {
namespace {

std::string make_run_id() {
    std::random_device device;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

bool is_file_missing(const std::string& path) {
    return ::access(path.c_str(), F_OK) != 0;
}

/// The last process was cut off between the two renamings.
bool are_failures_in_place(const settings& settings, const std::optional<checkpoint>& resumed) {
    if (!resumed || !resumed->is_complete) return false;
    const auto path = sink::file_of(settings.failures->target);
    return path && is_file_missing(*path + ".partial") && !is_file_missing(*path);
}

}  // namespace

checkpoint make_first_checkpoint(const settings& settings) {
    checkpoint state;
    state.run_id = make_run_id();
    state.settings = settings.row_settings;
    state.input = source::identify(settings.input.path);
    if (settings.failures) state.failures.emplace();
    return state;
}

std::string find_other_list(const settings& settings, const checkpoint& state) {
    const auto now = source::identify(settings.input.path);
    if (now == state.input) return {};
    if (!now || !state.input)
        return now ? "was a stream and has become a file" : "has been replaced by a stream";
    if (now->size != state.input->size)
        return fmt::format("has changed its size from {} to {} bytes", state.input->size, now->size);
    const auto crc = source::crc_of_beginning(settings.input.path, state.consumed.bytes);
    const bool is_same = now->head_crc == state.input->head_crc && now->tail_crc == state.input->tail_crc &&
                         crc == state.consumed.crc;
    return is_same ? "" : "has been changed";
}

std::unique_ptr<sink::output> open_failures(const settings& settings,
                                            const std::optional<checkpoint>& resumed) {
    if (!settings.failures || are_failures_in_place(settings, resumed)) return nullptr;
    return sink::open_output(*settings.failures);
}

void begin_output(sink::output& out, const std::optional<sink::output_mark>& from) {
    if (from && out.is_resumable()) {
        out.resume(*from);
    } else {
        out.restart();
    }
}

}  // namespace cardresolver::run
