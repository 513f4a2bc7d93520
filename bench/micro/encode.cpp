// A request for 100 cards, signed.
#include "carrier/request.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace {

using namespace cardresolver;

constexpr int cards = 100;

void encode_request(benchmark::State& state) {
    carrier::base_url url;
    url.host = "api.example";
    const carrier::request_encoder encoder(
        url, carrier::account{"100001", "2300000000000001", carrier::secret("simulator")},
        carrier::request_method::get, "cardresolver/1");
    std::vector<card::card_number> numbers;
    for (int i = 0; i < cards; ++i)
        numbers.emplace_back(card::card_kind::iccid, fmt::format("898602B2{:012}", i));
    const carrier::transid transid("1000012026010100000000000001");
    std::string request;
    for (auto _ : state) {
        encoder.encode(request, transid, card::card_kind::iccid, numbers);
        benchmark::DoNotOptimize(request.data());
    }
    state.SetItemsProcessed(state.iterations() * cards);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK(encode_request);

}  // namespace
