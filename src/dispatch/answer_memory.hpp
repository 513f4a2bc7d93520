// The answers of the cards that were decided last: a further line with the same number costs no request.
#pragma once

#include "card/number.hpp"
#include "card/outcome.hpp"
#include "card/short_text.hpp"
#include "dispatch/number_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::dispatch {

/// Answers by their ids. Who looks for one by its number has an index of them: `card_table`.
///
/// Forgets the oldest answer for a new one. Answers lie in a ring, in the order in which they came: a run
/// goes through them in sequence. What nearly all of them have in common, the carrier's status and message,
/// is kept once. Memory: 64 bytes for each answer; where each has a message of its own, that message too, but
/// no more than `bytes_per_answer` on the average, and some 80 bytes to keep it in.
class answer_memory {
public:
    /// Room for each answer's status and message, on the average. Longer ones are remembered for fewer cards.
    static constexpr std::size_t bytes_per_answer = 96;

    /// `most_answers`: 0 remembers nothing.
    explicit answer_memory(std::size_t most_answers);

    /// Keeps the answer to a number, one of whose texts is the number itself, and returns its id, which is
    /// below `most_answers`; `no_id` where it does not fit at all. `hash` is the number's. `forget(hash, id)`
    /// is told of each older answer that is forgotten for this one.
    template <class Forget>
    [[gnu::always_inline]] std::uint32_t remember(std::uint32_t hash, const card::card_outcome& outcome,
                                                  Forget forget) {
        if (!fits(outcome)) return no_id;
        if (!has_latest_wording(outcome)) take_wording(outcome, forget);
        ++statements_[latest_].answers;
        if (count_ == answers_.size()) forget_oldest(forget);
        const auto id = next_;
        auto& kept = answers_[id];
        kept.keep(outcome);
        kept.hash = hash;
        kept.said = latest_;
        next_ = id + 1 == answers_.size() ? 0 : id + 1;
        ++count_;
        return id;
    }

    /// The hash of the number whose answer will be forgotten `ahead` answers later, where all room is taken.
    std::uint32_t hash_to_be_forgotten(std::uint32_t ahead) const noexcept {
        const auto id = next_ + ahead;
        return answers_[id < answers_.size() ? id : 0].hash;
    }

    /// Whether the answer is the one to `number`.
    bool is_about(std::uint32_t id, const card::card_number& number) const noexcept;

    /// The row that `line` gets. Valid until the next `remember`.
    card::card_outcome row(std::uint32_t id, std::uint64_t line) const noexcept;

private:
    /// An ICCID, an IMSI and an MSISDN.
    static constexpr std::size_t longest_numbers = 20 + 15 + 13;

    /// One line of the processor's cache.
    struct alignas(64) answer {
        std::array<char, longest_numbers> numbers;  ///< one behind the other, in the order of their kinds
        std::array<std::uint8_t, card::card_kind_count> lengths;  ///< of each
        card::card_kind kind;                                     ///< of the number that was asked
        card::outcome_kind outcome;
        std::uint32_t hash;  ///< of that number
        std::uint32_t said;  ///< the place of its statement

        [[gnu::always_inline]] void keep(const card::card_outcome& decided) noexcept {
            char* to = numbers.data();
            to = card::copy_text(to, decided.iccid);
            to = card::copy_text(to, decided.imsi);
            card::copy_text(to, decided.msisdn);
            lengths = {static_cast<std::uint8_t>(decided.iccid.size()),
                       static_cast<std::uint8_t>(decided.imsi.size()),
                       static_cast<std::uint8_t>(decided.msisdn.size())};
            kind = *decided.kind;
            outcome = decided.outcome;
        }
        std::string_view number(card::card_kind of) const noexcept;
    };
    /// A status and a message that some answers have.
    struct statement {
        std::string status;
        std::string message;
        std::size_t answers = 0;  ///< that have it; 0: the place is free

        std::size_t size() const noexcept { return status.size() + message.size(); }
    };
    /// Among so many statements, the last new ones, each answer looks for its own: a mixed list has a few.
    static constexpr std::size_t recent_statements = 4;

    bool fits(const card::card_outcome& outcome) const noexcept {
        return outcome.iccid.size() + outcome.imsi.size() + outcome.msisdn.size() <= longest_numbers &&
               outcome.status.size() + outcome.message.size() <= most_statement_bytes_ && !answers_.empty();
    }
    std::uint32_t oldest() const noexcept {
        const auto all = static_cast<std::uint32_t>(answers_.size());
        return next_ >= count_ ? next_ - count_ : next_ + (all - count_);
    }
    bool is_said_by(std::uint32_t place, std::string_view status, std::string_view message) const noexcept {
        const auto& one = statements_[place];
        return one.answers > 0 && one.message == message && one.status == status;
    }
    std::uint32_t find_statement(std::string_view status, std::string_view message) const noexcept;
    std::uint32_t add_statement(std::string_view status, std::string_view message);
    void drop_statement(std::uint32_t id);

    bool has_latest_wording(const card::card_outcome& outcome) const noexcept {
        return outcome.wording != 0 && outcome.wording == latest_wording_ && statements_[latest_].answers > 0;
    }
    template <class Forget>
    [[gnu::noinline]] void take_wording(const card::card_outcome& outcome, Forget forget) {
        latest_ = statement_for(outcome.status, outcome.message, forget);
        latest_wording_ = outcome.wording;
    }
    /// The place of a statement, of which no answer is counted yet where it is new.
    template <class Forget>
    std::uint32_t statement_for(std::string_view status, std::string_view message, Forget forget) {
        if (const auto known = find_statement(status, message); known != no_id) return known;
        while (statement_bytes_ + status.size() + message.size() > most_statement_bytes_)
            forget_oldest(forget);
        return add_statement(status, message);
    }

    template <class Forget>
    void forget_oldest(Forget forget) {
        const auto id = oldest();
        const auto& forgotten = answers_[id];
        forget(forgotten.hash, id);
        if (--statements_[forgotten.said].answers == 0) drop_statement(forgotten.said);
        --count_;
    }

    std::vector<answer> answers_;  ///< a ring
    std::uint32_t next_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t latest_ = 0;          ///< the place of the statement of the newest answer
    std::uint64_t latest_wording_ = 0;  ///< see `card::card_outcome`
    std::vector<statement> statements_;
    std::vector<std::uint32_t> free_statements_;
    std::array<std::uint32_t, recent_statements> recent_;  ///< places of statements, the newest first
    std::size_t statement_bytes_ = 0;
    std::size_t most_statement_bytes_;
};

}  // namespace cardresolver::dispatch
