#include "app/story_text.hpp"

#include "app/options/help.hpp"
#include "card/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace cardresolver::app {
namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t longest_word = help_width - indent;

struct class_words {
    std::string_view meaning;
    std::string_view when_many;  ///< what an attempt with several cards led to
    std::string_view when_alone;
};

/// What followed, where the card was not decided by the attempt.
constexpr std::array<class_words, 17> consequences{{
    {"throttled", "The carrier's limit was reached: the card was asked again after a wait.", ""},
    {"busy", "The carrier was busy: the card was asked again after a wait.", ""},
    {"transient", "A passing fault: the card was asked again after a wait.", ""},
    {"unknown", "A code that is not known, taken for a passing fault: asked again after a wait.", ""},
    {"card", "One bad number may spoil a whole request: it was taken apart, and the card asked again.",
     "The card was asked again."},
    {"all-cards", "One bad number may spoil a whole request: it was taken apart, and the card asked again.",
     "The card was asked again."},
    {"request", "One bad number may spoil a whole request: it was taken apart, and the card asked again.",
     "The card was asked again."},
    {"too-large", "More cards than the carrier takes: the request was halved.", "The card was asked again."},
    {"account", "The account was refused: it is tried once more, then the run stops.", ""},
    {"configuration", "The base URL leads to no such interface: the run stops.", ""},
    {"own-fault", "The request itself was wrong: the run stops.", ""},
    {"malformed", "Such a reply answers nothing: the card was asked again after a wait.", ""},
    {"http", "Such a reply answers nothing: the card was asked again.", ""},
    {"timeout", "Nobody knows whether the carrier saw it: the card was asked again after a wait.", ""},
    {"connection", "Nobody knows whether the carrier saw it: the card was asked again after a wait.", ""},
    {"stale", "The carrier had closed this connection before: sent again at once.", ""},
    {"cancelled", "The request was taken back.", ""},
}};

/// A word that fills more than a line, such as a Chinese sentence, goes on in the next one.
std::string break_words(std::string_view text) {
    std::string out;
    std::size_t word = 0;
    while (!text.empty()) {
        const auto length = std::max<std::size_t>(card::utf8_length(text), 1);
        const bool is_blank = text.front() == ' ' || text.front() == '\n';
        if (!is_blank && word + length > longest_word) {
            out.push_back('\n');
            word = 0;
        }
        word = is_blank ? 0 : word + length;
        out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return out;
}

void append_sentence(std::string& out, std::string_view text) {
    if (text.empty()) return;
    out.append(indent, ' ');
    out += wrap(break_words(text), indent) + "\n";
}

/// A text of the trace's: whoever wrote it, it reaches a terminal.
std::string clean(std::string_view text) {
    constexpr std::size_t longest = 1024;
    std::string out;
    card::append_printable(out, text, longest);
    return out;
}

std::string spell_duration(double milliseconds) {
    if (milliseconds >= 1000) return fmt::format("{:.1f} s", milliseconds / 1000);
    return milliseconds < 10 ? fmt::format("{:.1f} ms", milliseconds)
                             : fmt::format("{:.0f} ms", milliseconds);
}

std::string spell_company(std::uint64_t cards) {
    if (cards <= 1) return "alone";
    return cards == 2 ? "with 1 other card" : fmt::format("with {} other cards", cards - 1);
}

/// "code 71 (throttled, 已超出API最大流控限制)"
std::string spell_status(const run::story_attempt& one) {
    return fmt::format("code {} ({}{}{})", clean(one.status), clean(one.meaning),
                       one.message.empty() ? "" : ", ", clean(one.message));
}

std::string what_came_back(const run::story_attempt& one) {
    const auto after = spell_duration(one.duration_ms);
    if (!one.stage.empty()) {
        const auto detail = one.detail.empty() ? clean(one.failure) : clean(one.detail);
        return fmt::format("No reply after {}: {}, {}.", after, clean(one.meaning), detail);
    }
    if (one.items) {
        const auto items = fmt::format("{} {}", *one.items, *one.items == 1 ? "item" : "items");
        if (one.meaning == "answered") return fmt::format("After {} a reply with {} came.", after, items);
        const auto beside = *one.items == 0 ? std::string() : fmt::format(" and {}", items);
        return fmt::format("After {} the carrier sent {}{}.", after, spell_status(one), beside);
    }
    const auto head =
        one.body_head.empty() ? std::string() : fmt::format(", which begins: {}", clean(one.body_head));
    return fmt::format("After {} a reply with HTTP status {} came that is not the carrier's{}", after,
                       one.http.value_or(0), head.empty() ? "." : head);
}

std::string_view consequence_of(const run::story_attempt& one) {
    for (const auto& entry : consequences) {
        if (entry.meaning != one.meaning) continue;
        return one.cards <= 1 && !entry.when_alone.empty() ? entry.when_alone : entry.when_many;
    }
    return {};
}

/// Why the card was asked again, or what kept it from that.
std::string what_followed(const run::story_attempt& one) {
    if (one.is_discarded) return "It was about other cards and was thrown away, the connection with it.";
    if (!one.item_status.empty() && one.item_status != "0")
        return fmt::format("For this card it said code {}: asked again.", clean(one.item_status));
    if (!one.item_status.empty()) return "For this card it had no other number: asked again.";
    if (one.meaning == "answered")
        return "It left this card out, or answered for it in two ways: asked again along with others.";
    return std::string(consequence_of(one));
}

void append_attempt(std::string& out, const run::card_story& story, std::size_t place) {
    const auto& one = story.attempts[place];
    out += fmt::format("{}  {} {}\n", clean(one.at), place == 0 ? "asked" : "asked again",
                       spell_company(one.cards));
    append_sentence(out, fmt::format("Attempt {} of the run, connection {}, transid {}.", one.ordinal,
                                     one.connection, clean(one.transid)));
    append_sentence(out, what_came_back(one));
    const bool has_decided = std::any_of(story.rows.begin(), story.rows.end(),
                                         [&](const auto& row) { return row.attempt == one.ordinal; });
    if (!has_decided) append_sentence(out, what_followed(one));
    if (!one.held_until.empty())
        append_sentence(out, fmt::format("The carrier was left alone until {}.", clean(one.held_until)));
}

std::string spell_row(const run::story_row& row) {
    auto text = fmt::format("Row of line {}: {}", row.line, clean(row.outcome));
    if (!row.status.empty()) text += fmt::format(", status {}", clean(row.status));
    if (!row.message.empty()) text += fmt::format(", {}", clean(row.message));
    if (row.attempt != 0) text += fmt::format(" (by attempt {})", row.attempt);
    return text + ".";
}

void append_story(std::string& out, const run::card_story& story, const std::string& number) {
    out += fmt::format("\n{}{}", clean(number), story.kind.empty() ? "" : ", " + clean(story.kind));
    if (story.line != 0) out += fmt::format(", line {} of the list", story.line);
    out += "\n";
    if (!story.run_started_at.empty())
        out += fmt::format("in the run that began at {}\n", clean(story.run_started_at));
    for (std::size_t i = 0; i < story.attempts.size(); ++i)
        append_attempt(out, story, i);
    for (const auto& row : story.rows)
        out += wrap(break_words(spell_row(row)), indent) + "\n";
    if (story.rows.empty())
        out += "No row: the run ended, or the trace does, before the card had an answer.\n";
}

void append_note(std::string& out, std::string_view text) {
    out += "\n" + wrap(text, 0) + "\n";
}

}  // namespace

std::string tell_stories(const run::story_builder& builder) {
    std::string out;
    bool is_masked = false;
    for (const auto& story : builder.stories()) {
        append_story(out, story, builder.number());
        is_masked = is_masked || story.is_masked;
    }
    if (is_masked) {
        append_note(out,
                    "The trace shows a part of each number alone: these are the cards that look like "
                    "yours, by their lines. A trace written with --trace-numbers would be exact.");
    }
    if (builder.has_left_out()) {
        append_note(out, fmt::format("There are more of them; the first {} are shown.",
                                     run::story_builder::most_stories));
    }
    if (builder.damaged() > 0) {
        append_note(out, fmt::format("{} of the trace's {} lines are damaged and were left out.",
                                     builder.damaged(), builder.lines()));
    }
    return out.empty() ? out : out.substr(1);
}

}  // namespace cardresolver::app
