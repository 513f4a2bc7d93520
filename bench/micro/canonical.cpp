// From fields to canonical numbers, and on to the keys that `plan` sorts.
#include "card/canonical.hpp"

#include "run/plan/unsorted_keys.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

namespace {

using namespace cardresolver;

constexpr int fields = 1000;

template <class Field>
void canonicalize_all(benchmark::State& state, Field field) {
    std::vector<std::string> texts;
    std::int64_t bytes = 0;
    for (int i = 0; i < fields; ++i) {
        texts.push_back(field(i));
        bytes += static_cast<std::int64_t>(texts.back().size());
    }
    for (auto _ : state) {
        for (const auto& text : texts) {
            const auto judged = card::canonicalize(text, {});
            benchmark::DoNotOptimize(judged);
        }
    }
    state.SetItemsProcessed(state.iterations() * fields);
    state.SetBytesProcessed(state.iterations() * bytes);
}

void canonicalize_iccids(benchmark::State& state) {
    canonicalize_all(state, [](int i) { return fmt::format("898602B2{:012}", i); });
}
BENCHMARK(canonicalize_iccids);

void canonicalize_imsis(benchmark::State& state) {
    canonicalize_all(state, [](int i) { return fmt::format("460{:012}", i); });
}
BENCHMARK(canonicalize_imsis);

void canonicalize_msisdns(benchmark::State& state) {
    canonicalize_all(state, [](int i) { return fmt::format("1{:012}", i); });
}
BENCHMARK(canonicalize_msisdns);

void canonicalize_iccids_in_lower_case(benchmark::State& state) {
    canonicalize_all(state, [](int i) { return fmt::format("898602b2{:012}", i); });
}
BENCHMARK(canonicalize_iccids_in_lower_case);

void make_keys(benchmark::State& state) {
    std::vector<card::card_number> numbers;
    for (int i = 0; i < fields; ++i)
        numbers.push_back(card::canonicalize(fmt::format("898602B2{:012}", i), {}).number);
    for (auto _ : state) {
        for (const auto& number : numbers)
            benchmark::DoNotOptimize(run::key_of(number));
    }
    state.SetItemsProcessed(state.iterations() * fields);
}
BENCHMARK(make_keys);

/// As many as `plan` sorts at once, of cards in no order.
void sort_keys(benchmark::State& state) {
    constexpr std::int64_t count = std::int64_t{2} << 20U;
    std::mt19937_64 random(7);
    std::vector<run::number_key> keys;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto text = fmt::format("898602B2{:012}", random() % 1'000'000'000'000);
        keys.push_back(run::key_of({card::card_kind::iccid, text}));
    }
    run::unsorted_keys unsorted;
    for (auto _ : state) {
        unsorted.clear();
        unsorted.add(keys);
        benchmark::DoNotOptimize(unsorted.sort());
    }
    state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(sort_keys)->Unit(benchmark::kMillisecond);

}  // namespace
