#include "database/postgres.hpp"

#include "database/postgres_settings.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <poll.h>
#include <system_error>
#include <vector>

namespace cardresolver::database {
namespace {

using clock = std::chrono::steady_clock;

/// How often whoever waits is asked whether that is still wanted.
constexpr int poll_ms = 100;

/// Of a COPY, handed to libpq at a time.
constexpr std::size_t copy_piece = std::size_t{64} * 1024;

std::string in_one_line(std::string_view message) {
    while (!message.empty() && message.back() == '\n')
        message.remove_suffix(1);
    std::string text(message);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

std::string_view or_empty(const char* text) noexcept {
    return text == nullptr ? std::string_view() : std::string_view(text);
}

}  // namespace

void postgres_result::clearer::operator()(pg_result* result) const noexcept {
    ::PQclear(result);
}
int postgres_result::rows() const noexcept {
    return ::PQntuples(result_.get());
}
int postgres_result::columns() const noexcept {
    return ::PQnfields(result_.get());
}
std::string_view postgres_result::text(int row, int column) const noexcept {
    return {::PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(::PQgetlength(result_.get(), row, column))};
}
bool postgres_result::is_null(int row, int column) const noexcept {
    return ::PQgetisnull(result_.get(), row, column) != 0;
}
std::string_view postgres_result::column_name(int column) const noexcept {
    return or_empty(::PQfname(result_.get(), column));
}
std::uint64_t postgres_result::changed_rows() const {
    const auto text = or_empty(::PQcmdTuples(result_.get()));
    std::uint64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}
std::string_view postgres_result::tag() const noexcept {
    return or_empty(::PQcmdStatus(result_.get()));
}

void postgres_connection::closer::operator()(pg_conn* connection) const noexcept {
    ::PQfinish(connection);
}

postgres_connection::postgres_connection(const std::string& conninfo, std::function<bool()> goes_on)
    : goes_on_(std::move(goes_on)) {
    connect(conninfo);
}
postgres_connection::~postgres_connection() = default;
postgres_connection::postgres_connection(postgres_connection&&) noexcept = default;
postgres_connection& postgres_connection::operator=(postgres_connection&&) noexcept = default;

void postgres_connection::connect(const std::string& conninfo) {
    const postgres_settings settings(conninfo);
    connection_.reset(::PQconnectStartParams(settings.keywords(), settings.values(), 0));
    if (!connection_) throw std::bad_alloc();
    // Before the server has said a word: the SQLSTATE of what it complains of stands in its text alone.
    ::PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
    ::PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    const auto give_up_at = clock::now() + settings.connect_timeout();
    auto status =
        ::PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED) fail_of_connection();
        if (clock::now() >= give_up_at)
            throw postgres_error(postgres_trouble::lost, {}, "the server does not answer");
        pollfd socket{::PQsocket(connection_.get()),
                      static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        // An interrupted wait has learnt nothing either.
        if (::poll(&socket, 1, poll_ms) <= 0) {
            if (!goes_on_()) throw postgres_error(postgres_trouble::ended, {}, "not waited for");
            continue;
        }
        status = ::PQconnectPoll(connection_.get());
    }
    ::PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
    if (::PQsetnonblocking(connection_.get(), 1) != 0) fail_as_lost();
}

/// Until the socket is ready.
void postgres_connection::wait(short events) {
    for (;;) {
        pollfd socket{::PQsocket(connection_.get()), events, 0};
        if (socket.fd < 0) fail_as_lost();
        const auto count = ::poll(&socket, 1, poll_ms);
        if (count > 0) return;
        if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
        if (!goes_on_()) throw postgres_error(postgres_trouble::ended, {}, "not waited for");
    }
}

/// What libpq has taken goes out. What comes in meanwhile is taken: a server that wants to be read first
/// would wait for us while we wait for it.
void postgres_connection::flush() {
    for (;;) {
        const auto state = ::PQflush(connection_.get());
        if (state == 0) return;
        if (state < 0) return;  // the reading finds out, and may find the server's last words
        wait(POLLIN | POLLOUT);
        if (::PQconsumeInput(connection_.get()) == 0) return;
    }
}

void postgres_connection::send(int is_sent) {
    if (is_sent != 1) fail_as_lost();
    flush();
}

/// Null where the statement has no further result.
pg_result* postgres_connection::take_result() {
    while (::PQisBusy(connection_.get()) != 0) {
        wait(POLLIN);
        if (::PQconsumeInput(connection_.get()) == 0) break;  // the next call tells what it was
    }
    return ::PQgetResult(connection_.get());
}

/// The first error, or the last result.
postgres_result postgres_connection::take_last_result() {
    postgres_result last(nullptr);
    postgres_result error(nullptr);
    while (auto* next = take_result()) {
        const auto status = ::PQresultStatus(next);
        const bool is_error = status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
                              status != PGRES_EMPTY_QUERY && status != PGRES_COPY_IN;
        auto& to = is_error ? error : last;
        if (!is_error || !error.result_) {
            to.result_.reset(next);
        } else {
            ::PQclear(next);
        }
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) break;
        if (::PQstatus(connection_.get()) == CONNECTION_BAD) break;
    }
    if (error.result_) fail(error.result_.get());
    if (::PQstatus(connection_.get()) == CONNECTION_BAD || !last.result_) fail_as_lost();
    return last;
}

postgres_result postgres_connection::execute(std::string_view statement,
                                             std::span<const postgres_value> parameters) {
    std::vector<std::string> texts;
    std::vector<const char*> values;
    texts.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        if (parameter) texts.emplace_back(*parameter);
        values.push_back(parameter ? texts.back().c_str() : nullptr);
    }
    send(::PQsendQueryParams(connection_.get(), std::string(statement).c_str(),
                             static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0));
    return take_last_result();
}

postgres_result postgres_connection::execute_all(std::string_view statements) {
    send(::PQsendQuery(connection_.get(), std::string(statements).c_str()));
    return take_last_result();
}

std::uint64_t postgres_connection::copy_in(std::string_view statement, std::string_view lines) {
    send(::PQsendQuery(connection_.get(), std::string(statement).c_str()));
    take_last_result();
    while (!lines.empty()) {
        const auto piece = lines.substr(0, copy_piece);
        lines.remove_prefix(piece.size());
        if (::PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size())) != 1)
            break;  // the server has refused what came before, or has gone
        flush();
    }
    return finish_copy();
}

/// Where the end cannot be sent, libpq says again and again that it takes lines.
std::uint64_t postgres_connection::finish_copy() {
    if (::PQputCopyEnd(connection_.get(), nullptr) != 1) fail_as_lost();
    flush();
    const auto last = take_last_result();
    if (::PQresultStatus(last.result_.get()) != PGRES_COMMAND_OK) fail_as_lost();
    return last.changed_rows();
}

void postgres_connection::query(std::string_view statement) {
    const auto is_sent = ::PQsendQueryParams(connection_.get(), std::string(statement).c_str(), 0, nullptr,
                                             nullptr, nullptr, nullptr, 0);
    if (is_sent == 1) ::PQsetSingleRowMode(connection_.get());
    send(is_sent);
}

postgres_result postgres_connection::next_row() {
    postgres_result next(take_result());
    if (!next.result_) fail_as_lost();
    const auto status = ::PQresultStatus(next.result_.get());
    if (status == PGRES_SINGLE_TUPLE) return next;
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(next.result_.get());
    return next;
}

void postgres_connection::fail_of_connection() {
    const auto complaint = parse_connection_complaint(or_empty(::PQerrorMessage(connection_.get())));
    const bool needs_password = ::PQconnectionNeedsPassword(connection_.get()) != 0;
    throw postgres_error(classify_complaint(complaint, needs_password), complaint.sqlstate, complaint.text);
}

void postgres_connection::fail(pg_result* result) {
    const std::string state(or_empty(::PQresultErrorField(result, PG_DIAG_SQLSTATE)));
    const auto message = or_empty(::PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    const auto hint = or_empty(::PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    if (state.empty()) {
        const auto trouble = ::PQstatus(connection_.get()) == CONNECTION_BAD ? postgres_trouble::lost
                                                                             : postgres_trouble::refused;
        throw postgres_error(trouble, {}, in_one_line(or_empty(::PQresultErrorMessage(result))));
    }
    // Neither detail nor the words of the context: they may show whole rows.
    auto text = in_one_line(message);
    if (!hint.empty()) text += " (" + in_one_line(hint) + ")";
    postgres_error error(classify_sqlstate(state), state, text);
    error.copy_line = parse_copy_line(or_empty(::PQresultErrorField(result, PG_DIAG_CONTEXT)));
    throw error;
}

void postgres_connection::fail_as_lost() {
    auto why = in_one_line(or_empty(::PQerrorMessage(connection_.get())));
    throw postgres_error(postgres_trouble::lost, {}, why.empty() ? "the connection is gone" : why);
}

std::string postgres_connection::quote_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted += '"';
}

}  // namespace cardresolver::database
