// The way of a decided card to the bytes of its row, up to the block that the writing thread takes.
#include "run/row_path.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace cardresolver;

constexpr std::uint64_t cards_of_a_reply = 100;

/// Takes rows and keeps none.
class no_output final : public sink::output {
public:
    void write(std::string_view bytes) override { bytes_ += bytes.size(); }
    void sync() override {}
    void commit() override {}
    void suspend() override {}
    void discard() override {}
    std::uint64_t bytes() const noexcept override { return bytes_; }

private:
    std::uint64_t bytes_ = 0;
};

/// A reply's texts, each where a reply would have it.
struct reply_texts {
    std::string iccid;
    std::string msisdn;
    std::string imsi;
};

std::vector<reply_texts> make_reply() {
    std::vector<reply_texts> cards;
    for (std::uint64_t i = 0; i < cards_of_a_reply; ++i) {
        const auto digits = std::to_string(1'000'000'000'000 + i * 7919);
        cards.push_back({"898602B" + digits, digits, "46" + digits});
    }
    return cards;
}

void put_rows(benchmark::State& state, sink::output_format format) {
    const auto reply = make_reply();
    net::asio::io_context context;
    run::row_outputs outputs;
    outputs.rows = std::make_unique<no_output>();
    outputs.format = format;
    run::row_path rows(context, std::move(outputs), {}, [] {});
    card::card_outcome row;
    row.kind = card::card_kind::iccid;
    row.outcome = card::outcome_kind::resolved;
    row.status = "0";
    row.message = "正确";
    for (auto _ : state) {
        for (const auto& texts : reply) {
            ++row.line;
            row.number = texts.iccid;
            row.iccid = texts.iccid;
            row.msisdn = texts.msisdn;
            row.imsi = texts.imsi;
            rows.put({&row, 1});
        }
        while (!rows.has_room()) {
        }
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(row.line));
    rows.finish(run::output_end::commit);
    while (!rows.is_finished()) {
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(rows.bytes()));
}
BENCHMARK_CAPTURE(put_rows, csv, sink::output_format::csv);
BENCHMARK_CAPTURE(put_rows, spreadsheet_csv, sink::output_format::spreadsheet_csv);
BENCHMARK_CAPTURE(put_rows, ndjson, sink::output_format::ndjson);
BENCHMARK_CAPTURE(put_rows, database, sink::output_format::database);

}  // namespace
