// Lists of usual lines, cut into records in pieces of 64 KiB.
#include "source/csv_parser.hpp"
#include "source/text_parser.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

namespace {

using namespace cardresolver;

constexpr std::size_t block_bytes = std::size_t{64} << 10U;

/// A block of lines, each made of its number.
template <class Line>
std::string make_list(Line line) {
    std::string list;
    for (int i = 0; list.size() < block_bytes; ++i)
        list += line(i);
    return list;
}

void parse(benchmark::State& state, const std::string& list, source::record_parser& parser) {
    source::record_block block;
    block.text = list;
    for (auto _ : state) {
        block.clear_records();
        parser.parse(block, false);
        benchmark::DoNotOptimize(block.records.begin());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(block.records.size()));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(list.size()));
}

void read_plain_list(benchmark::State& state) {
    source::text_parser parser;
    parse(state, make_list([](int i) { return fmt::format("898602B2{:012}\n", i); }), parser);
}
BENCHMARK(read_plain_list);

void read_plain_list_with_carriage_returns(benchmark::State& state) {
    source::text_parser parser;
    parse(state, make_list([](int i) { return fmt::format("898602B2{:012}\r\n", i); }), parser);
}
BENCHMARK(read_plain_list_with_carriage_returns);

void read_csv(benchmark::State& state) {
    source::csv_parser parser({',', 1, false});
    parse(state, make_list([](int i) {
              return fmt::format("{},898602B2{:012},device {},Beijing\n", i, i, i % 977);
          }),
          parser);
}
BENCHMARK(read_csv);

void read_quoted_csv(benchmark::State& state) {
    source::csv_parser parser({',', 1, false});
    parse(state, make_list([](int i) {
              return fmt::format("{},\"898602B2{:012}\",\"device {}\"\n", i, i, i % 977);
          }),
          parser);
}
BENCHMARK(read_quoted_csv);

}  // namespace
