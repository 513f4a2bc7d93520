// A trace that is written to a file of the test's own, and read back.
#pragma once

#include "run/trace.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdlib.h>

namespace cardresolver::run {

class trace_fixture : public testing::Test, public dispatch::outcome_listener {
protected:
    trace_fixture() {
        std::string name = (std::filesystem::temp_directory_path() / "cardresolver-trace-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        settings_.target = (folder_ / "trace.ndjson").string();
        settings_.version = "1.2.3";
        settings_.on_fault = [this](std::string_view why) { faults_.emplace_back(why); };
    }
    ~trace_fixture() override { std::filesystem::remove_all(folder_); }

    void on_outcome(const card::card_outcome& row) override { rows_.push_back(row.line); }

    trace& open() {
        trace_.emplace(settings_, catalogue_, *this, [this] {
            const std::lock_guard lock(mutex_);
            changed_.notify_all();
        });
        return *trace_;
    }

    template <class Condition>
    void wait_until(Condition condition) {
        std::unique_lock lock(mutex_);
        while (!condition())
            changed_.wait(lock);
    }

    /// All that was written.
    std::string finish() {
        trace_->finish();
        wait_until([this] { return trace_->is_finished(); });
        trace_->look_for_fault();
        return content();
    }

    std::string content() const {
        std::ostringstream out;
        out << std::ifstream(settings_.target).rdbuf();
        return out.str();
    }

    /// Sends a request for these numbers, which stand on lines 11, 12, …
    traced_attempt send(card::card_kind kind, const std::vector<std::string>& numbers) {
        std::vector<card::card_number> cards;
        std::vector<std::uint64_t> lines;
        for (const auto& number : numbers) {
            cards.emplace_back(kind, number);
            lines.push_back(10 + cards.size());
        }
        traced_attempt one;
        const std::chrono::system_clock::time_point at(std::chrono::milliseconds(1'500));
        trace_->on_sent(one, 7, carrier::transid("T1"), at, {0, kind, cards, lines});
        return one;
    }

    static net::exchange_result http(unsigned status, std::string_view body) {
        net::http_reply reply;
        reply.status = status;
        reply.body = body;
        return {reply, {}, dispatch::time_point(std::chrono::microseconds(12'340))};
    }

    std::filesystem::path folder_;
    trace_settings settings_;
    carrier::status_catalogue catalogue_;
    std::vector<std::string> faults_;
    std::vector<std::uint64_t> rows_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<trace> trace_;
};

}  // namespace cardresolver::run
