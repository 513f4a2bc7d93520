// A reply for 100 cards: read in one pass, and by the parser that decides whatever is not usual.
#include "carrier/reply_decoder.hpp"
#include "carrier/usual_reply.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

namespace {

using namespace cardresolver;

constexpr int cards = 100;

std::string found(int card) {
    return fmt::format(
        R"({{"status":"0","message":"正确","imsi":"460{0:012}","msisdn":"1{0:012}","iccid":"898602B2{0:012}"}})",
        card);
}

/// Every tenth card is refused, every seventh has a number of another length.
std::string of_three_kinds(int card) {
    if (card % 10 == 9) {
        return fmt::format(
            R"({{"status":"25","message":"号码不是所查询的集团下的用户","iccid":"898602B2{:012}"}})", card);
    }
    if (card % 7 != 6) return found(card);
    return fmt::format(
        R"({{"status":"0","message":"正确","imsi":"460{0:012}","msisdn":"1{0:010}","iccid":"898602B2{0:012}"}})",
        card);
}

/// No item is like another: none is taken by the shape of one before.
std::string of_its_own_kind(int card) {
    return fmt::format(
        R"({{"status":"0","message":"{1:.<{2}}","imsi":"460{0:012}","msisdn":"1{0:012}","iccid":"898602B2{0:012}"}})",
        card, "正确", 6 + card);
}

using make_item = std::string (*)(int card);

std::string make_reply(make_item item) {
    std::string items;
    for (int card = 0; card < cards; ++card)
        items.append(card == 0 ? "" : ",").append(item(card));
    return R"({"status":"0","message":"正确","result":[)" + items + "]}";
}

void note(benchmark::State& state, const std::string& reply) {
    state.SetItemsProcessed(state.iterations() * cards);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(reply.size()));
}

void decode_usual_reply(benchmark::State& state, make_item item) {
    const auto reply = make_reply(item);
    carrier::usual_reply_decoder decoder;
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode(reply));
    note(state, reply);
}
BENCHMARK_CAPTURE(decode_usual_reply, found, found);
BENCHMARK_CAPTURE(decode_usual_reply, of_three_kinds, of_three_kinds);
BENCHMARK_CAPTURE(decode_usual_reply, of_its_own_kind, of_its_own_kind);

void decode_any_reply(benchmark::State& state) {
    const auto reply = make_reply(found);
    carrier::reply_decoder decoder;
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode_any(reply));
    note(state, reply);
}
BENCHMARK(decode_any_reply);

}  // namespace
