// Every card that is between its line and its row, and the answers of those that were decided last.
#pragma once

#include "card/number.hpp"
#include "card/outcome.hpp"
#include "dispatch/answer_memory.hpp"
#include "dispatch/clock.hpp"
#include "dispatch/number_index.hpp"
#include "dispatch/verify.hpp"

#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

namespace cardresolver::dispatch {

using slot_id = std::uint32_t;
using batch_id = std::uint32_t;

/// A card and where it stands. One line of the processor's cache: a run goes through its slots in no order.
struct alignas(64) card_slot {
    card::card_number number;
    bool is_answer = false;                ///< here as in an `answer`
    std::uint16_t position = 0;            ///< place in that batch
    std::uint16_t attempts = 0;            ///< attempts that count against the card
    std::uint16_t deferrals = 0;           ///< how often the carrier has put it off while it answered others
    batch_id batch = no_id;                ///< the batch that it is part of; none: it waits in a queue
    std::uint32_t duplicates = no_id;      ///< first of the further lines that ask for the same number
    std::uint32_t last_duplicate = no_id;  ///< last of them
    number_index::put_place place{};       ///< of the number in the index
    std::uint64_t line = 0;
    time_point queued_at{};
};
static_assert(sizeof(card_slot) == 64, "a slot is one line of the cache");

/// What became of a line that was added.
struct added_line {
    slot_id slot;  ///< none where the number was answered
    bool is_new;   ///< the number has to be asked; otherwise it is under way, and the line hangs on its slot
    std::uint32_t answer = no_id;  ///< the number was answered not long ago: for `answered_row`
};

/// Finds cards by number and gives each a slot. A number is in the table once; further lines with the same
/// number hang on its slot and are answered along with it. Slots are latches: taken by `add`, then released
/// once. Where the carrier has answered, the slot turns into the answer where it stands, and is free again
/// when that is forgotten: the next card takes it.
///
/// Cards and answers have one index, so that a line's number is looked up once. What every card passes is
/// inlined into its one caller: most of these steps are shorter than a call. Memory: 68 bytes for each
/// card and each answer, 7 to 15 for its place in the index, and what `answer_memory` takes for an answer.
class card_table {
public:
    /// What is needed is asked for so many cards before: by then it is there, and not yet gone again.
    static constexpr std::uint32_t fetch_ahead = 12;

    /// `capacity` bounds cards and duplicates together; `remembered` is how many answers are kept beside.
    explicit card_table(std::size_t capacity, std::size_t remembered = 0);

    bool is_full() const noexcept { return used_ >= capacity_; }
    bool is_empty() const noexcept { return used_ == 0; }
    /// So many more cards and duplicates find room.
    std::size_t room() const noexcept { return capacity_ - used_; }
    std::size_t size() const noexcept { return used_; }

    /// Only while not full. A line whose number was answered is not counted.
    [[gnu::always_inline]] added_line add(const hashed_number& wanted, std::uint64_t line, time_point now) {
        const auto place = place_of(wanted);
        const auto known = index_.at(place);
        if (known != no_id && lines_[known].is_answer()) return {no_id, false, known};
        CARDRESOLVER_VERIFY(!is_full());
        ++used_;
        if (known != no_id) {
            add_duplicate(known, line);
            return {known, false};
        }
        const slot_id slot = free_lines_[--free_count_];
        const auto kept = index_.put(place, wanted.hash, slot);
        ::new (&lines_[slot].card)
            card_slot{wanted.number, false, 0, 0, 0, no_id, no_id, no_id, kept, line, now};
        return {slot, true};
    }

    /// A number of this hash will be added soon.
    [[gnu::always_inline]] void fetch_number(std::uint32_t hash) const noexcept { index_.fetch(hash); }
    /// A card whose slot will be looked at soon.
    [[gnu::always_inline]] void fetch(slot_id slot) const noexcept { __builtin_prefetch(&lines_[slot]); }

    /// The slot of the number, or `no_id` where it is not under way.
    slot_id find(const hashed_number& wanted) const noexcept {
        const auto id = index_.at(place_of(wanted));
        return id == no_id || lines_[id].is_answer() ? no_id : id;
    }

    card_slot& operator[](slot_id slot) noexcept { return lines_[slot].card; }
    const card_slot& operator[](slot_id slot) const noexcept { return lines_[slot].card; }

    /// Calls `visit(line)` for the slot's own line, then for its duplicates in the order they came.
    template <class Visitor>
    void for_each_line(slot_id slot, Visitor&& visit) const {
        visit((*this)[slot].line);
        for (auto id = (*this)[slot].duplicates; id != no_id; id = duplicates_[id].next) {
            visit(duplicates_[id].line);
        }
    }
    /// The card has its row and is forgotten.
    void release(slot_id slot);
    /// The cards have their rows, by the carrier's answers, which differ in their numbers alone. A row's
    /// texts may stand in the card's slot: only the number that was asked does, and it stays there.
    [[gnu::always_inline]] void release_answered(std::span<const slot_id> slots,
                                                 std::span<const card::card_outcome> alike) {
        const auto forget = [this](const answer_memory::entry& old) __attribute__((always_inline)) {
            erase(old.place, old.id);
            free_lines_[free_count_++] = old.id;
        };
        if (!answers_.accepts(alike.front(), forget)) {
            for (const auto slot : slots)
                release(slot);
            return;
        }
        for (std::size_t i = 0; i < slots.size(); ++i) {
            fetch_line_and_place(answers_.to_be_forgotten(fetch_ahead));
            auto& line = lines_[slots[i]];
            const auto said = answers_.remember(line.card.place, slots[i], forget);
            leave(slots[i]);
            ::new (&line.given) answer(line.card.number, alike[i], said);
        }
    }

    /// What `line` gets, where `add` has found an answer. Valid until another one is remembered.
    card::card_outcome answered_row(std::uint32_t answer, std::uint64_t line) const noexcept {
        return answers_.row(lines_[answer].given, line);
    }

private:
    struct duplicate_line {
        std::uint64_t line;
        std::uint32_t next;
    };

    /// A card, or the answer that it has come to. What both begin with may be read of either.
    union table_line {
        card_slot card;
        answer given;

        table_line() noexcept : card() {}

        const card::card_number& number() const noexcept { return card.number; }
        bool is_answer() const noexcept { return card.is_answer; }
    };
    static_assert(std::is_standard_layout_v<card_slot> && std::is_standard_layout_v<answer>);

    [[gnu::always_inline]] void fetch_line_and_place(const answer_memory::entry& of) const noexcept {
        fetch(of.id);
        index_.fetch(of.place);
    }
    /// The place of a card or an answer in the index.
    [[gnu::always_inline]] void erase(number_index::put_place place, std::uint32_t id) noexcept {
        index_.erase(place, [this, id] { return hash_value(lines_[id].number()); });
    }
    [[gnu::always_inline]] number_index::position place_of(const hashed_number& wanted) const noexcept {
        return index_.locate(wanted.hash, [&](std::uint32_t candidate) {
            return lines_[candidate].number() == wanted.number;
        });
    }
    void add_duplicate(slot_id slot, std::uint64_t line);
    void free_duplicates(slot_id slot);

    /// The card is no longer under way.
    void leave(slot_id slot) {
        if ((*this)[slot].duplicates != no_id) free_duplicates(slot);
        --used_;
    }

    std::size_t capacity_;
    std::size_t used_ = 0;
    std::vector<table_line> lines_;
    std::vector<slot_id> free_lines_;  ///< the first `free_count_` of them
    std::size_t free_count_;
    std::vector<duplicate_line> duplicates_;
    std::vector<std::uint32_t> free_duplicates_;
    answer_memory answers_;
    number_index index_;
};

}  // namespace cardresolver::dispatch
