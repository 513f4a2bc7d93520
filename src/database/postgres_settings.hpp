// How libpq is to connect: what the user says, and our own choice where nothing is said.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::database {

/// Keywords and values for PQconnectStartParams. Holds the password, if the user has given one.
class postgres_settings {
public:
    /// `conninfo`: a URL or key/value text. Throws `postgres_error`, `refused`, where libpq cannot read it.
    explicit postgres_settings(const std::string& conninfo);
    ~postgres_settings();
    postgres_settings(const postgres_settings&) = delete;
    postgres_settings& operator=(const postgres_settings&) = delete;

    /// Both end with a null, and live as long as this.
    const char* const* keywords() const noexcept { return keywords_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    /// For one try of all hosts: libpq leaves it to those who do not want to block.
    std::chrono::milliseconds connect_timeout() const noexcept { return connect_timeout_; }

private:
    void add(std::string keyword, std::string value);
    void set_connect_timeout(const std::string& seconds, std::size_t hosts);

    std::vector<std::pair<std::string, std::string>> entries_;
    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
    std::chrono::milliseconds connect_timeout_{};
};

/// What is wrong with `conninfo`, without any value of it; empty where libpq can read it.
std::string find_conninfo_fault(const std::string& conninfo);

}  // namespace cardresolver::database
