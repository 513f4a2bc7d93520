// One card's way, out of a trace: `docs/trace.md` has the events. Pure.
#pragma once

#include "card/canonical.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace boost::json {
class object;
}

namespace cardresolver::run {

/// Cuts bytes into lines, whatever pieces they come in.
class line_splitter {
public:
    /// What is longer is handed on cut off; no event is nearly as long.
    static constexpr std::size_t longest_line = std::size_t{1} << 20U;

    explicit line_splitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}
    void feed(std::string_view bytes);
    /// The last line may lack its line break.
    void finish();

private:
    void keep(std::string_view piece);

    std::function<void(std::string_view)> take_;
    std::string rest_;
};

/// One attempt that had the card with it. Texts are as they stand in the trace; empty: absent.
struct story_attempt {
    std::uint64_t ordinal = 0;
    std::uint64_t connection = 0;
    std::string at;
    std::string transid;
    std::uint64_t cards = 0;
    double duration_ms = 0.0;
    std::string meaning;  ///< the event's `class`
    std::optional<std::uint64_t> http;
    std::optional<std::uint64_t> items;  ///< of the reply
    std::string status;
    std::string message;
    std::string stage;
    std::string failure;
    std::string detail;
    std::string body_head;
    std::string item_status;    ///< what the card's own item said, where that was no answer
    std::string held_until;     ///< the account was left alone after it
    bool is_discarded = false;  ///< the reply was about other cards
};

struct story_row {
    std::uint64_t line = 0;
    std::string outcome;
    std::string status;
    std::string message;
    std::uint64_t attempt = 0;  ///< that decided it; 0: none
};

/// What became of one card in one run.
struct card_story {
    std::uint64_t line = 0;      ///< of the list; 0: unknown
    std::string kind;            ///< empty: it was never asked
    std::string run_started_at;  ///< empty: the trace lacks its beginning
    bool is_masked = false;      ///< the trace does not show the whole number: another's may look the same
    std::vector<story_attempt> attempts;
    std::vector<story_row> rows;  ///< one for each line with the number; empty: none yet
};

/// Takes the lines of a trace one after the other, and keeps what is about one number. Its memory depends on
/// that alone.
class story_builder {
public:
    /// Cards that look alike in a masked trace: no more are kept.
    static constexpr std::size_t most_stories = 100;

    /// `typed`: the number as a person wrote it. It is read as the traced run read its list.
    explicit story_builder(std::string typed);

    void add(std::string_view line);

    const std::vector<card_story>& stories() const noexcept { return stories_; }
    bool has_left_out() const noexcept { return has_left_out_; }
    std::uint64_t lines() const noexcept { return lines_; }
    std::uint64_t damaged() const noexcept { return damaged_; }
    /// In canonical form; where it has none, as it was typed, escaped.
    const std::string& number() const noexcept { return number_; }
    /// Why it has none.
    card::invalid_reason reason() const noexcept { return reason_; }

private:
    void read_number(const card::canonical_options& options);
    bool names_card(std::string_view line) const;
    bool is_number(std::string_view text) const { return text == number_ || text == mask_; }
    void add_event(const boost::json::object& event);
    void add_run(const boost::json::object& event);
    void add_attempt(const boost::json::object& event);
    void add_row(const boost::json::object& event);
    void add_remark(const boost::json::object& event);
    card_story* story_of(std::uint64_t line, std::string_view shown);
    card_story* story_of_further_line(std::uint64_t attempt);

    std::string typed_;
    std::string number_;
    std::string mask_;
    std::string quoted_number_;  ///< as it stands in a line
    std::string quoted_mask_;
    card::invalid_reason reason_ = card::invalid_reason::none;

    std::string run_started_at_;
    std::vector<card_story> stories_;
    std::unordered_map<std::uint64_t, std::size_t> by_line_;  ///< the stories of the present run
    std::optional<std::size_t> decided_last_;
    bool has_left_out_ = false;
    std::uint64_t lines_ = 0;
    std::uint64_t damaged_ = 0;
};

}  // namespace cardresolver::run
