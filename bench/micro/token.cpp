// The signature of a request.
#include "carrier/token.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace cardresolver;

void sign(benchmark::State& state) {
    const carrier::token_signer signer(
        carrier::account{"100001", "2300000000000001", carrier::secret("simulator")});
    const std::string transid = "1000012026010100000000000001";
    for (auto _ : state)
        benchmark::DoNotOptimize(signer.sign(transid));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sign);

}  // namespace
