// The carrier's side, for trying, testing and benchmarks: answers like the carrier, with faults on demand.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::simulator {

struct settings {
    std::string listen = "127.0.0.1:8443";  ///< address and port; port 0: any
    bool plaintext = false;
    std::string ca_out;  ///< write the certificate to trust there (PEM); empty: nowhere
    std::string appid = "100001";
    std::string ebid = "2300000000000001";
    std::string password = "simulator";
    std::string cards_file;  ///< CSV with the columns iccid, msisdn, imsi; empty: computed answers
    std::chrono::milliseconds latency{0};
    std::chrono::milliseconds jitter{0};
    std::optional<std::uint64_t> rate;         ///< requests accepted in any sliding second; 71 above it
    std::optional<std::uint64_t> daily_quota;  ///< requests accepted in a day (UTC+8); 71 above it
    std::uint64_t seed = 1;
    std::vector<std::pair<std::string, double>> faults;  ///< name and probability, 0 to 1
};

/// Names that `faults` takes, in the order of the documentation.
const std::vector<std::string>& fault_names();

/// The cards file is none; the text names the line.
class unusable_cards : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A carrier that serves on threads of its own until it is destroyed. Any thread.
class server {
public:
    /// Binds, makes the certificate, starts serving. Throws `std::runtime_error` with a sentence for the
    /// user: address in use, unknown fault, unreadable file; `unusable_cards`.
    explicit server(const settings& settings);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// `https://127.0.0.1:PORT` or `http://…`, with the port really bound.
    const std::string& url() const noexcept;
    /// The certificate to trust, PEM; empty for plaintext.
    const std::string& ca_pem() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace cardresolver::simulator
