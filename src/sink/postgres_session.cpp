#include "sink/postgres_session.hpp"

#include <algorithm>

namespace cardresolver::sink {

using database::postgres_error;
using database::postgres_trouble;
using error_kind = output_error::error_kind;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// What is done sooner is not worth a word.
constexpr milliseconds short_wait{500};
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{5000};

}  // namespace

postgres_session::postgres_session(std::string conninfo, std::string name, const wait_hook& hook)
    : conninfo_(std::move(conninfo)), name_(std::move(name)), wait_(hook) {}

bool postgres_session::goes_on() {
    if (clock::now() < started_ + short_wait) return true;
    return wait_("the database " + name_ + " takes long to answer", milliseconds(0));
}

void postgres_session::wait(const std::string& why, milliseconds pause) {
    if (!wait_(why, pause)) throw output_error(error_kind::waited_in_vain, why);
}

void postgres_session::connect() {
    connection_.emplace(conninfo_, [this] { return goes_on(); });
    is_in_transaction_ = false;
    const auto encoding = connection_->execute("SHOW server_encoding");
    if (encoding.text(0, 0) != "UTF8" && encoding.text(0, 0) != "SQL_ASCII")
        throw output_error(refusal_, name_ + ": its encoding " + std::string(encoding.text(0, 0)) +
                                         " cannot hold every text; make a database with ENCODING 'UTF8'");
    if (on_connected_) on_connected_();
}

/// A connection that could not be made ready is none.
void postgres_session::connect_where_needed() {
    if (connection_) return;
    try {
        connect();
    } catch (...) {
        connection_.reset();
        throw;
    }
}

void postgres_session::persist(const std::function<void()>& action) {
    auto pause = first_pause;
    for (;;) {
        try {
            started_ = clock::now();
            connect_where_needed();
            return action();
        } catch (const postgres_error& fault) {
            if (fault.trouble == postgres_trouble::refused) {
                roll_back();
                fail(fault);
            }
            const auto why = "the database " + name_ + " is not available (" + fault.what() + ")";
            if (fault.trouble == postgres_trouble::passing) {
                roll_back();
            } else {
                connection_.reset();
            }
            if (fault.trouble == postgres_trouble::ended) throw output_error(error_kind::waited_in_vain, why);
            wait(why, pause);
            pause = std::min(2 * pause, longest_pause);
        } catch (...) {
            roll_back();
            throw;
        }
    }
}

/// A connection that cannot even do that is of no use.
void postgres_session::roll_back() noexcept {
    if (!connection_ || !is_in_transaction_) return;
    try {
        connection_->execute("ROLLBACK");
        is_in_transaction_ = false;
    } catch (const std::exception&) {
        connection_.reset();
    }
}

void postgres_session::transact(const std::function<void()>& action) {
    is_in_transaction_ = true;
    // What is set up beyond `on` stays.
    connection_->execute_all(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT set_config('synchronous_commit', 'on', true)"
        " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')");
    action();
    const auto ended = connection_->execute("COMMIT");
    is_in_transaction_ = false;
    if (ended.tag() != "COMMIT")
        throw output_error(refusal_, name_ + ": a transaction was rolled back by the database");
}

void postgres_session::fail(const postgres_error& fault) const {
    throw output_error(refusal_, name_ + ": " + fault.what() +
                                     (fault.sqlstate.empty() ? "" : " (SQLSTATE " + fault.sqlstate + ")"));
}

}  // namespace cardresolver::sink
