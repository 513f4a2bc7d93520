// The answers of the cards that were decided last: a further line with the same number costs no request.
#pragma once

#include "card/number.hpp"
#include "card/outcome.hpp"
#include "dispatch/number_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cardresolver::dispatch {

/// Forgets the oldest answer for a new one. Answers and their texts lie in two rings, in the order in which
/// they came: a run goes through them in sequence, which a cache likes far better than a slot for each card.
class answer_memory {
public:
    /// Room for each answer's texts, on the average: three numbers, a status, a message. Longer ones are
    /// remembered for fewer cards.
    static constexpr std::size_t bytes_per_answer = 96;

    /// `most_answers`: 0 remembers nothing.
    explicit answer_memory(std::size_t most_answers);

    /// The number is not remembered yet. What does not fit at all is not remembered.
    void remember(const hashed_number& answered, const card::card_outcome& outcome);

    /// The row that `line` gets, where the number's answer is remembered. Valid until the next `remember`.
    std::optional<card::card_outcome> recall(const hashed_number& wanted, std::uint64_t line) const noexcept;

private:
    /// Every text of an answer but the number itself.
    static constexpr std::array text_fields{&card::card_outcome::iccid, &card::card_outcome::msisdn,
                                            &card::card_outcome::imsi, &card::card_outcome::status,
                                            &card::card_outcome::message};
    struct answer {
        card::card_number number;
        std::uint64_t begin = 0;  ///< of the texts, as if `texts_` went on for ever
        std::array<std::uint16_t, text_fields.size()> ends{};  ///< of each text, from `begin`
        card::outcome_kind outcome = card::outcome_kind::resolved;
        std::uint32_t hash = 0;  ///< of the number
    };

    /// Where `length` bytes in one piece can be written next.
    std::uint64_t place_for(std::size_t length) const noexcept;
    void forget_oldest();

    std::vector<answer> answers_;  ///< a ring
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;
    std::string texts_;  ///< a ring
    std::uint64_t texts_end_ = 0;
    number_index index_;
};

}  // namespace cardresolver::dispatch
