#include "run/plan/count_list.hpp"

namespace cardresolver::run {
namespace {

void take(const source::record& one, std::string_view field, const card::canonical_options& canonical,
          list_counts& counts, distinct_counter& distinct) {
    auto reason = one.problem;
    if (reason == card::invalid_reason::none) {
        const auto judged = card::canonicalize(field, canonical);
        if (judged.is_valid()) {
            ++counts.valid[card::index_of(judged.number.kind())];
            return distinct.add(key_of(judged.number));
        }
        reason = judged.reason;
    }
    auto& invalid = counts.invalid[reason];
    if (invalid.count++ == 0) invalid.first_line = one.line;
}

}  // namespace

list_counts count_list(const count_settings& settings) {
    source::input input(settings.input);
    source::record_block block;
    list_counts counts;
    distinct_counter distinct(settings.temporary_folder, settings.run_size);
    while (input.read(block)) {
        for (const auto& one : block.records)
            take(one, block.field_of(one), settings.canonical, counts, distinct);
    }
    counts.lines = block.lines_read;
    counts.bytes = block.bytes_read;
    counts.distinct = distinct.finish();
    return counts;
}

}  // namespace cardresolver::run
