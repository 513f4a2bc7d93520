// What a run has counted, gathered from its parts: for the progress, the summary and the checkpoint.
#pragma once

#include "run/run_history.hpp"
#include "run/statistics.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace cardresolver::net {
class client;
}

namespace cardresolver::run {

class carrier_link;
class earlier_work;
class row_path;

/// Over all processes of the run. Event-loop thread only.
class run_counters {
public:
    /// All references outlive it.
    run_counters(const row_path& rows, const carrier_link& link, const net::client& client,
                 const dispatch::dispatcher& dispatcher, const earlier_work& earlier);

    void on_input_size(std::optional<std::uint64_t> bytes) noexcept { input_size_ = bytes; }
    /// Gives the time of it.
    std::chrono::system_clock::time_point on_start();
    void on_read(std::uint64_t lines, std::uint64_t bytes) noexcept;
    /// The last rows are about to be written.
    void on_end() noexcept { traffic_seen_at_.reset(); }
    void on_finish();

    std::uint64_t input_bytes_read() const noexcept { return input_bytes_read_; }
    statistics snapshot() const;
    const distributions& details();
    std::vector<run_process> processes() const;
    /// For a checkpoint. Traffic is up to 200 ms old.
    run_history history();

private:
    using clock = std::chrono::steady_clock;

    statistics count_with(const net::client_statistics& traffic) const;

    const row_path& rows_;
    const carrier_link& link_;
    const net::client& client_;
    const dispatch::dispatcher& dispatcher_;
    const earlier_work& earlier_;
    std::chrono::system_clock::time_point process_started_at_{};
    std::optional<clock::time_point> started_;
    std::optional<clock::time_point> finished_;
    std::uint64_t lines_read_;
    std::uint64_t input_bytes_read_ = 0;
    std::optional<std::uint64_t> input_size_;
    net::client_statistics traffic_;
    std::optional<clock::time_point> traffic_seen_at_;
    distributions distributions_;
};

}  // namespace cardresolver::run
