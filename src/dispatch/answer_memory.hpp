// The answers of the cards that were decided last: a further line with the same number costs no request.
#pragma once

#include "card/number.hpp"
#include "card/outcome.hpp"
#include "card/short_text.hpp"
#include "dispatch/number_index.hpp"
#include "dispatch/statements.hpp"
#include "dispatch/verify.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cardresolver::dispatch {

/// The two numbers of a row beside the one that was asked, in the order of their kinds.
struct other_numbers {
    std::string_view first;
    std::string_view second;

    [[gnu::always_inline]] other_numbers(card::card_kind asked, const card::card_outcome& row) noexcept
        : first(asked == card::card_kind::iccid ? row.imsi : row.iccid),
          second(asked == card::card_kind::msisdn ? row.imsi : row.msisdn) {}
};

/// What a number's answer was, but for the text of its status and message: see `statements`. One line of the
/// processor's cache, and the number begins it, as it begins the line of a card that is under way.
struct alignas(64) answer {
    /// Of an ICCID and an IMSI.
    static constexpr std::size_t longest_texts = 20 + 15;

    /// `row` has an answer to `asked`; no number in it is longer than its kind may be.
    [[gnu::always_inline]] answer(card::card_number asked, const card::card_outcome& row,
                                  std::uint32_t statement) noexcept
        : number(asked) {
        const other_numbers given(asked.kind(), row);
        CARDRESOLVER_VERIFY(fits(given));
        card::copy_text(card::copy_text(texts.data(), given.first), given.second);
        rest = statement << said_at | static_cast<std::uint32_t>(row.outcome) << outcome_at |
               static_cast<std::uint32_t>(given.first.size()) << first_at |
               static_cast<std::uint32_t>(given.second.size());
    }

    /// The id of the statement.
    std::uint32_t said() const noexcept { return rest >> said_at; }
    /// The row that `line` gets, but for status and message.
    card::card_outcome row(std::uint64_t line) const noexcept;

    card::card_number number;               ///< that was asked
    bool is_answer = true;                  ///< and no card under way
    std::array<char, longest_texts> texts;  ///< the other two numbers, one behind the other
    std::uint32_t rest;                     ///< their sizes, the outcome, the statement

private:
    static constexpr std::uint32_t longest_text = 31;

    static bool fits(const other_numbers& given) noexcept {
        const auto first = given.first.size();
        const auto second = given.second.size();
        return (first | second) <= longest_text && first + second <= longest_texts;
    }

    /// Where the parts of `rest` begin; the second text's size is the lowest one.
    static constexpr unsigned first_at = 5;
    static constexpr unsigned outcome_at = first_at + 5;
    static constexpr unsigned said_at = outcome_at + 2;
    static_assert(number_index::id_limit <= 0xFFFF'FFFFU >> said_at, "there are no more statements than ids");
};
static_assert(sizeof(answer) == 64, "an answer is one line of the cache");

/// Which answers there are, in the order in which they came, and what the carrier has said in them. The
/// answers themselves are in the lines of their cards: `card_table`.
///
/// Forgets the oldest answer for a new one. What nearly all of them have in common, the carrier's status and
/// message, is kept once. Memory: 12 bytes for each answer; where each has a message of its own, that message
/// too, but no more than `bytes_per_answer` on the average, and some 80 bytes to keep it in.
class answer_memory {
public:
    /// Room for each answer's status and message, on the average. Longer ones are remembered for fewer cards.
    static constexpr std::size_t bytes_per_answer = 96;

    /// `most_answers`: 0 remembers nothing.
    explicit answer_memory(std::size_t most_answers)
        : order_(most_answers),
          most_(static_cast<std::uint32_t>(most_answers)),
          statements_(most_answers * bytes_per_answer) {}

    /// Of an answer that is or will be kept: its number's place in the index, and the id there.
    struct entry {
        number_index::put_place place;
        std::uint32_t id;
        std::uint32_t said;
    };

    /// Makes ready for answers with the status and message of `row`; false where these do not fit at all.
    /// `forget(entry)` is told of each older answer that is forgotten for them.
    template <class Forget>
    [[gnu::always_inline]] bool accepts(const card::card_outcome& row, Forget forget) {
        return most_ > 0 && (has_latest_wording(row) || take_wording(row, forget));
    }
    /// Takes in the answer to the number that has this place and id in the index, with the status and message
    /// that were accepted last, and returns the id of these. `forget` as before.
    template <class Forget>
    [[gnu::always_inline]] std::uint32_t remember(number_index::put_place place, std::uint32_t id,
                                                  Forget forget) {
        auto& newest = order_[next_];
        if (count_ == most_) [[likely]] {
            // The oldest stands where the newest will; mostly they say the same.
            forget(newest);
            oldest_ = after(oldest_);
            if (newest.said != latest_) [[unlikely]] {
                statements_.leave(newest.said);
                statements_.enter(latest_);
            }
        } else {
            ++count_;
            statements_.enter(latest_);
        }
        newest = {place, id, latest_};
        next_ = after(next_);
        return latest_;
    }

    /// The one that will be forgotten `ahead` answers later, or a guess at it.
    const entry& to_be_forgotten(std::uint32_t ahead) const noexcept {
        const auto at = oldest_ + ahead;
        return order_[at < most_ ? at : 0];
    }

    /// The row that `line` gets by an answer. Valid until the next `remember`.
    card::card_outcome row(const answer& kept, std::uint64_t line) const noexcept;

private:
    std::uint32_t after(std::uint32_t place) const noexcept { return place + 1 == most_ ? 0 : place + 1; }

    bool has_latest_wording(const card::card_outcome& row) const noexcept {
        return row.wording != 0 && row.wording == latest_wording_;
    }
    /// False where it does not fit. The latest statement is kept even where all its answers are forgotten.
    template <class Forget>
    [[gnu::noinline]] bool take_wording(const card::card_outcome& row, Forget forget) {
        if (!statements_.may_fit(row.status.size() + row.message.size())) return false;
        if (latest_ != no_id) statements_.leave(latest_);
        latest_ = statement_for(row.status, row.message, forget);
        latest_wording_ = row.wording;
        statements_.enter(latest_);
        return true;
    }
    template <class Forget>
    std::uint32_t statement_for(std::string_view status, std::string_view message, Forget forget) {
        if (const auto known = statements_.find(status, message); known != no_id) return known;
        while (!statements_.fits(status.size() + message.size()))
            forget_oldest(forget);
        return statements_.add(status, message);
    }

    template <class Forget>
    void forget_oldest(Forget forget) {
        const auto& forgotten = order_[oldest_];
        forget(forgotten);
        statements_.leave(forgotten.said);
        oldest_ = after(oldest_);
        --count_;
    }

    std::vector<entry> order_;  ///< a ring
    std::uint32_t most_;
    std::uint32_t count_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t oldest_ = 0;
    std::uint32_t latest_ = no_id;      ///< the statement of the newest answer
    std::uint64_t latest_wording_ = 0;  ///< see `card::card_outcome`
    statements statements_;
};

}  // namespace cardresolver::dispatch
