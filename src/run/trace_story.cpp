#include "run/trace_story.hpp"

#include "run/event_line.hpp"
#include "run/masking.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace cardresolver::run {
namespace {

namespace json = boost::json;

constexpr std::string_view event_begin = R"({"event":")";

std::string_view text_of(const json::value* value) {
    if (value == nullptr || !value->is_string()) return {};
    const auto& text = value->get_string();
    return {text.data(), text.size()};
}

std::string text_of(const json::object& event, std::string_view key) {
    return std::string(text_of(event.if_contains(key)));
}

std::optional<std::uint64_t> count_of(const json::value* value) {
    if (value == nullptr || !value->is_number()) return std::nullopt;
    boost::system::error_code ec;
    const auto number = value->to_number<std::uint64_t>(ec);
    if (ec) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> count_of(const json::object& event, std::string_view key) {
    return count_of(event.if_contains(key));
}

double milliseconds_of(const json::object& event) {
    const auto* value = event.if_contains("duration_ms");
    if (value == nullptr || !value->is_number()) return 0.0;
    boost::system::error_code ec;
    const auto number = value->to_number<double>(ec);
    return ec ? 0.0 : number;
}

const json::array& array_of(const json::object& event, std::string_view key) {
    static const json::array none;
    const auto* value = event.if_contains(key);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// What the trace says of the card's own item, where that decided nothing.
std::string item_status_of(const json::object& event, std::uint64_t line) {
    for (const auto& one : array_of(event, "again")) {
        const auto* entry = one.if_object();
        if (entry != nullptr && count_of(*entry, "line") == line) return text_of(*entry, "status");
    }
    return {};
}

story_attempt attempt_of(const json::object& event) {
    story_attempt attempt;
    attempt.ordinal = count_of(event, "attempt").value_or(0);
    attempt.connection = count_of(event, "connection").value_or(0);
    attempt.at = text_of(event, "at");
    attempt.transid = text_of(event, "transid");
    attempt.cards = count_of(event, "cards").value_or(0);
    attempt.duration_ms = milliseconds_of(event);
    attempt.meaning = text_of(event, "class");
    attempt.http = count_of(event, "http");
    attempt.items = count_of(event, "items");
    attempt.status = text_of(event, "status");
    attempt.message = text_of(event, "message");
    attempt.stage = text_of(event, "stage");
    attempt.failure = text_of(event, "failure");
    attempt.detail = text_of(event, "detail");
    attempt.body_head = text_of(event, "body_head");
    return attempt;
}

/// The event's name, from a line that begins like one.
std::string_view name_of(std::string_view line) {
    const auto name = line.substr(event_begin.size());
    return name.substr(0, name.find('"'));
}

std::string quoted(std::string_view text) {
    std::string out;
    append_json_text(out, text, text.size());
    return out;
}

card::canonical_options options_of(const json::object& run) {
    card::canonical_options options;
    const auto kind = text_of(run, "kind");
    for (const auto one : card::all_card_kinds) {
        if (kind == card::to_string(one)) options.kind = one;
    }
    const auto* pad = run.if_contains("pad_iccid");
    options.pad_iccid = pad != nullptr && pad->is_bool() && pad->get_bool();
    return options;
}

}  // namespace

void line_splitter::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) return keep(bytes);
        if (rest_.empty()) {
            take_(bytes.substr(0, std::min(end, longest_line)));
        } else {
            keep(bytes.substr(0, end));
            finish();
        }
        bytes.remove_prefix(end + 1);
    }
}

void line_splitter::keep(std::string_view piece) {
    rest_.append(piece.substr(0, longest_line - rest_.size()));
}

void line_splitter::finish() {
    if (!rest_.empty()) take_(rest_);
    rest_.clear();
}

story_builder::story_builder(std::string typed) : typed_(std::move(typed)) {
    read_number({});
}

void story_builder::read_number(const card::canonical_options& options) {
    const auto result = card::canonicalize(typed_, options);
    reason_ = result.reason;
    number_ = result.is_valid() ? std::string(result.number.view()) : card::escape_raw(typed_);
    mask_ = mask_number(number_);
    quoted_number_ = quoted(number_);
    quoted_mask_ = quoted(mask_);
}

/// Most lines are about other cards: they are told apart without being parsed.
bool story_builder::names_card(std::string_view line) const {
    return line.find(quoted_number_) != std::string_view::npos ||
           line.find(quoted_mask_) != std::string_view::npos;
}

void story_builder::add(std::string_view line) {
    if (line.empty()) return;
    ++lines_;
    if (!line.starts_with(event_begin) || !line.ends_with('}')) {
        ++damaged_;
        return;
    }
    const auto name = name_of(line);
    const bool is_card_event = name == "attempt" || name == "row";
    if (is_card_event ? !names_card(line) : name != "run" && name != "hold" && name != "discarded") return;
    boost::system::error_code ec;
    const auto parsed = json::parse({line.data(), line.size()}, ec);
    if (ec || !parsed.is_object()) {
        ++damaged_;
        return;
    }
    add_event(parsed.get_object());
}

void story_builder::add_event(const json::object& event) {
    const auto name = text_of(event, "event");
    if (name == "run") {
        add_run(event);
    } else if (name == "attempt") {
        add_attempt(event);
    } else if (name == "row") {
        add_row(event);
    } else {
        add_remark(event);
    }
}

/// Ordinals and lines are those of one run; a file may hold several traces.
void story_builder::add_run(const json::object& event) {
    read_number(options_of(event));
    run_started_at_ = text_of(event, "started_at");
    by_line_.clear();
    decided_last_.reset();
}

void story_builder::add_attempt(const json::object& event) {
    const auto& numbers = array_of(event, "numbers");
    const auto& lines = array_of(event, "lines");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto shown = text_of(&numbers[i]);
        if (!is_number(shown)) continue;
        const auto line = i < lines.size() ? count_of(&lines[i]).value_or(0) : 0;
        auto* story = story_of(line, shown);
        if (story == nullptr) continue;
        story->kind = text_of(event, "kind");
        story->attempts.push_back(attempt_of(event));
        story->attempts.back().item_status = item_status_of(event, line);
    }
}

void story_builder::add_row(const json::object& event) {
    const auto shown = text_of(event, "number");
    if (!is_number(shown)) return;
    story_row row;
    row.line = count_of(event, "line").value_or(0);
    row.outcome = text_of(event, "outcome");
    row.status = text_of(event, "status");
    row.message = text_of(event, "message");
    row.attempt = count_of(event, "attempt").value_or(0);
    auto* story = by_line_.contains(row.line) ? nullptr : story_of_further_line(row.attempt);
    if (story == nullptr) story = story_of(row.line, shown);
    if (story == nullptr) return;
    story->rows.push_back(std::move(row));
    decided_last_ = static_cast<std::size_t>(story - stories_.data());
}

/// A number that stands in the list twice is asked once; the row of its further line follows the first one's.
card_story* story_builder::story_of_further_line(std::uint64_t attempt) {
    if (attempt == 0 || !decided_last_) return nullptr;
    auto& last = stories_[*decided_last_];
    return last.rows.back().attempt == attempt ? &last : nullptr;
}

/// What followed an attempt: a hold of the account, or that its reply was thrown away.
void story_builder::add_remark(const json::object& event) {
    const auto ordinal = count_of(event, "attempt").value_or(0);
    const bool is_hold = text_of(event, "event") == "hold";
    for (const auto& [line, place] : by_line_) {
        auto& attempts = stories_[place].attempts;
        if (ordinal == 0 || attempts.empty() || attempts.back().ordinal != ordinal) continue;
        if (is_hold) {
            attempts.back().held_until = text_of(event, "until");
        } else {
            attempts.back().is_discarded = true;
        }
    }
}

/// The story of that line in the present run; null where there are too many.
card_story* story_builder::story_of(std::uint64_t line, std::string_view shown) {
    if (const auto found = by_line_.find(line); found != by_line_.end()) return &stories_[found->second];
    if (stories_.size() == most_stories) {
        has_left_out_ = true;
        return nullptr;
    }
    by_line_.emplace(line, stories_.size());
    auto& story = stories_.emplace_back();
    story.line = line;
    story.run_started_at = run_started_at_;
    story.is_masked = shown != number_;
    return &story;
}

}  // namespace cardresolver::run
