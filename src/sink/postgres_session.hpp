// A session with a PostgreSQL database that comes back after it was lost.
#pragma once

#include "database/postgres.hpp"
#include "sink/output.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace cardresolver::sink {

/// What passes by itself is waited for and tried again; what does not is an error in the words of outputs.
/// One thread at a time.
class postgres_session {
public:
    /// `name`: what messages call the database.
    postgres_session(std::string conninfo, std::string name, const wait_hook& hook);

    void when_waiting(const wait_hook& hook) { wait_ = hook; }
    /// Called whenever a new connection was made, before anything else is done on it. It may throw
    /// `postgres_error`, like what is done.
    void on_connected(std::function<void()> action) { on_connected_ = std::move(action); }
    /// What is refused is `io` from now on, and `cannot_create` before.
    void has_begun() noexcept { refusal_ = output_error::error_kind::io; }

    /// Does `action`, again and again with a growing pause, until nothing passing keeps it from being done. A
    /// transaction that it has left open is rolled back.
    void persist(const std::function<void()>& action);

    /// Valid within `persist`.
    database::postgres_connection& connection() { return *connection_; }
    /// Waits as the hook will have it; throws `waited_in_vain`.
    void wait(const std::string& why, std::chrono::milliseconds pause);

    /// In a transaction that is durable once its COMMIT was answered. Within `persist`.
    void transact(const std::function<void()>& action);

    const std::string& name() const noexcept { return name_; }

private:
    void connect();
    void connect_where_needed();
    bool goes_on();
    void roll_back() noexcept;
    [[noreturn]] void fail(const database::postgres_error& fault) const;

    std::string conninfo_;
    std::string name_;
    wait_hook wait_;
    std::function<void()> on_connected_;
    output_error::error_kind refusal_ = output_error::error_kind::cannot_create;
    std::optional<database::postgres_connection> connection_;
    bool is_in_transaction_ = false;
    std::chrono::steady_clock::time_point started_;  ///< the try under way
};

}  // namespace cardresolver::sink
