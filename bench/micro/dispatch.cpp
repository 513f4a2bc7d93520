// A card's whole way through the dispatcher: taken in, sent, matched to its item, written, remembered.
#include "dispatch/dispatcher.hpp"
#include "dispatch/quota/account_book.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace cardresolver;
using namespace cardresolver::dispatch;

constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds(1'790'000'000)};

/// What a list with duplicates repeats: by then, the answer to it has come.
constexpr std::uint64_t repeats_from = 8'000;

/// Of 32 connections, and of 512.
constexpr std::int64_t small_window = 6'400;
constexpr std::int64_t large_window = 102'400;

class row_counter final : public outcome_listener {
public:
    void on_outcome(const card::card_outcome& outcome) override {
        ++rows;
        bytes += outcome.imsi.size();
    }
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

/// `prefix` and then `value` with zeros before it, `length` characters in all.
void write_number(char* to, std::string_view prefix, std::uint64_t value, std::size_t length) {
    std::copy(prefix.begin(), prefix.end(), to);
    for (std::size_t i = length; i-- > prefix.size(); value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
}

/// Cards and the carrier's answers to them, made anew for each request: what a decoder hands over is as
/// fresh.
class model_carrier {
public:
    static card::card_number number_of(std::uint64_t card) {
        char text[20];
        write_number(text, "898602B2", card, 20);
        return {card::card_kind::iccid, {text, 20}};
    }

    carrier::reply answer(const std::vector<card::card_number>& asked) {
        texts_.resize(asked.size() * 48);
        items_.clear();
        for (std::size_t i = 0; i < asked.size(); ++i) {
            char* const at = texts_.data() + i * 48;
            std::memcpy(at, asked[i].view().data(), 20);
            std::memcpy(at + 20, "460040", 6);
            std::memcpy(at + 26, at + 11, 9);
            std::memcpy(at + 35, "1064", 4);
            std::memcpy(at + 39, at + 11, 9);
            items_.push_back({"0", "正确", {at, 20}, {at + 20, 15}, {at + 35, 13}});
        }
        return {"0", "正确", items_, false};
    }

private:
    std::string texts_;
    std::vector<carrier::reply_item> items_;
};

/// Cards that are under way in a full window, and one step after the other: a reply, its cards' successors
/// taken in, a request.
class running_dispatcher {
public:
    running_dispatcher(bool has_duplicates, std::size_t window)
        : has_duplicates_(has_duplicates), settings_(unlimited(window)) {
        while (dispatcher_.in_flight() < connections_) {
            tend_ledger();
            make_list();
            take_in();
            send();
            if (dispatcher_.in_flight() == 1 && !dispatcher_.is_proven()) step();
        }
    }

    /// In seconds; what the model of the carrier takes is not counted.
    double step() {
        now_ += 1ms;
        tend_ledger();
        auto asked = std::move(flights_.front());
        flights_.pop_front();
        const auto reply = carrier_.answer(asked.numbers);
        make_list();
        const auto began = std::chrono::steady_clock::now();
        dispatcher_.on_reply(asked.batch, reply, now_, counter_);
        take_in();
        auto order = dispatcher_.next(now_);
        const auto ended = std::chrono::steady_clock::now();
        while (order) {
            note(*order);
            order = dispatcher_.in_flight() < connections_ ? dispatcher_.next(now_) : std::nullopt;
        }
        return std::chrono::duration<double>(ended - began).count();
    }

    std::uint64_t rows() const { return counter_.rows; }

private:
    struct flight {
        batch_id batch;
        std::vector<card::card_number> numbers;
    };

    static settings unlimited(std::size_t window) {
        settings settings;
        settings.window = window;
        settings.pace.limits.clear();
        return settings;
    }

    /// The next lines of the list, as the intake hands them over.
    void make_list() {
        while (list_.size() < listed_ + settings_.window) {
            const auto line = line_++;
            const bool is_repeated = has_duplicates_ && line % 5 == 0 && line > repeats_from;
            list_.emplace_back(model_carrier::number_of(is_repeated ? line - repeats_from + 1 : line), line);
        }
    }

    void take_in() {
        while (const auto wanted = std::min(dispatcher_.cards_wanted(), list_.size() - listed_)) {
            dispatcher_.add(std::span(list_).subspan(listed_), wanted, now_, counter_);
            listed_ += wanted;
        }
        if (listed_ > 2 * settings_.window) {
            list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(listed_));
            listed_ = 0;
        }
    }

    void send() {
        while (const auto order = dispatcher_.next(now_)) {
            note(*order);
            if (dispatcher_.in_flight() >= connections_) return;
        }
    }

    void note(const request_order& order) {
        flights_.push_back({order.batch, {order.numbers.begin(), order.numbers.end()}});
    }

    void tend_ledger() {
        if (dispatcher_.ledger_due_at(now_) > now_) return;
        dispatcher_.on_grant(book_.exchange(dispatcher_.ask_ledger(now_), {now_.time_since_epoch(), noon}),
                             now_);
    }

    const bool has_duplicates_;
    const settings settings_;
    /// Half of the cards are under way, the others wait: that is how the window is chosen.
    const std::size_t connections_ = settings_.window / settings_.batch_size / 2;
    const carrier::status_catalogue catalogue_;
    dispatcher dispatcher_{settings_, catalogue_};
    quota::account_book book_{quota::new_account(1)};
    model_carrier carrier_;
    row_counter counter_;
    time_point now_{1h};
    std::uint64_t line_ = 0;
    std::vector<listed_card> list_;
    std::size_t listed_ = 0;
    std::deque<flight> flights_;
};

/// `state.range(0)`: whether lines repeat. `state.range(1)`: KiB that all else of the program goes through
/// between two steps (TLS, replies, rows), and that push the dispatcher's memory out of the caches.
/// `state.range(2)`: cards under way.
void dispatch_cards(benchmark::State& state) {
    running_dispatcher running(state.range(0) != 0, static_cast<std::size_t>(state.range(2)));
    for (int i = 0; i < 1'500; ++i)
        running.step();
    std::string others(static_cast<std::size_t>(state.range(1)) << 10U, '\0');
    const auto rows_before = running.rows();
    for (auto _ : state) {
        for (std::size_t i = 0; i < others.size(); i += 64)
            ++others[i];
        benchmark::DoNotOptimize(others.data());
        state.SetIterationTime(running.step());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(running.rows() - rows_before));
}
BENCHMARK(dispatch_cards)
    ->ArgNames({"duplicates", "others_kib", "window"})
    ->ArgsProduct({{0, 1}, {0, 512}, {small_window, large_window}})
    ->UseManualTime();

}  // namespace
