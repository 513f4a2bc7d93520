// A reply for 100 cards: read in one pass, and by the parser that decides whatever is not usual.
#include "carrier/reply_decoder.hpp"
#include "carrier/usual_reply.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

namespace {

using namespace cardresolver;

constexpr int cards = 100;

std::string make_reply() {
    std::string items;
    for (int i = 0; i < cards; ++i) {
        items += fmt::format(
            R"({}{{"status":"0","message":"正确","imsi":"460{:012}","msisdn":"1{:012}","iccid":"898602B2{:012}"}})",
            i == 0 ? "" : ",", i, i, i);
    }
    return R"({"status":"0","message":"正确","result":[)" + items + "]}";
}

void note(benchmark::State& state, const std::string& reply) {
    state.SetItemsProcessed(state.iterations() * cards);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(reply.size()));
}

void decode_usual_reply(benchmark::State& state) {
    const auto reply = make_reply();
    carrier::usual_reply_decoder decoder;
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode(reply));
    note(state, reply);
}
BENCHMARK(decode_usual_reply);

void decode_any_reply(benchmark::State& state) {
    const auto reply = make_reply();
    carrier::reply_decoder decoder;
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode_any(reply));
    note(state, reply);
}
BENCHMARK(decode_any_reply);

}  // namespace
