#include "database/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace cardresolver::database {

bool sqlite_error::is_damage() const noexcept {
    const int primary = code & 0xFF;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_FORMAT;
}

bool sqlite_error::is_locked() const noexcept {
    const int primary = code & 0xFF;
    return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

bool sqlite_error::is_full() const noexcept {
    const bool is_no_room = system_code == ENOSPC || system_code == EDQUOT;
    // What a sync could not write is lost, and not to be tried again.
    const bool is_try = code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE ||
                        code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE;
    return (code & 0xFF) == SQLITE_FULL || (is_try && is_no_room);
}

bool sqlite_error::is_constraint() const noexcept {
    return (code & 0xFF) == SQLITE_CONSTRAINT;
}

bool sqlite_error::is_taken_key() const noexcept {
    return code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool sqlite_error::is_io() const noexcept {
    return (code & 0xFF) == SQLITE_IOERR;
}

bool sqlite_error::is_statement() const noexcept {
    const int primary = code & 0xFF;
    return primary == SQLITE_ERROR || primary == SQLITE_TOOBIG || primary == SQLITE_MISMATCH;
}

bool sqlite_error::is_read_only() const noexcept {
    return (code & 0xFF) == SQLITE_READONLY;
}

bool sqlite_error::is_no_database() const noexcept {
    return (code & 0xFF) == SQLITE_NOTADB;
}

void sqlite_connection::closer::operator()(sqlite3* connection) const noexcept {
    ::sqlite3_close_v2(connection);
}

sqlite_connection::sqlite_connection(const std::string& path, opening how) : path_(path) {
    const int access = how == opening::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (how == opening::create ? SQLITE_OPEN_CREATE : 0);
    sqlite3* opened = nullptr;
    // No URI of SQLite's, nor one of its databases in memory.
    const auto name = path.starts_with("file:") || path.starts_with(':') ? "./" + path : path;
    const int code = ::sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
    connection_.reset(opened);  // there to be closed, and to be asked why, even where it could not be opened
    if (code != SQLITE_OK) fail(code);
}

void sqlite_connection::fail(int code) const {
    const char* why = connection_ ? ::sqlite3_errmsg(connection_.get()) : ::sqlite3_errstr(code);
    const int system = connection_ ? ::sqlite3_system_errno(connection_.get()) : 0;
    throw sqlite_error(code, "'" + path_ + "': " + why, system);
}

void sqlite_connection::execute(const std::string& statements) {
    const int code = ::sqlite3_exec(connection_.get(), statements.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

sqlite_statement sqlite_connection::prepare(std::string_view statement) {
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    const int code =
        ::sqlite3_prepare_v3(connection_.get(), statement.data(), static_cast<int>(statement.size()),
                             SQLITE_PREPARE_PERSISTENT, &prepared, &rest);
    if (code != SQLITE_OK) fail(code);
    sqlite_statement made(*this, prepared);
    statement.remove_prefix(static_cast<std::size_t>(rest - statement.data()));
    const bool is_alone = statement.find_first_not_of(" \t\r\n;") == std::string_view::npos;
    if (prepared == nullptr || !is_alone)
        throw sqlite_error(SQLITE_ERROR, "'" + path_ + "': not one statement");
    return made;
}

std::int64_t sqlite_connection::number_of(std::string_view query) {
    auto statement = prepare(query);
    return statement.step() ? statement.number(0) : 0;
}

void sqlite_connection::wait_for_locks(std::chrono::milliseconds at_most) {
    ::sqlite3_busy_timeout(connection_.get(), static_cast<int>(at_most.count()));
}

bool sqlite_connection::is_in_transaction() const noexcept {
    return ::sqlite3_get_autocommit(connection_.get()) == 0;
}

int sqlite_connection::changed_rows() const noexcept {
    return ::sqlite3_changes(connection_.get());
}

void sqlite_statement::finalizer::operator()(sqlite3_stmt* statement) const noexcept {
    ::sqlite3_finalize(statement);
}

void sqlite_statement::check(int code) const {
    if (code != SQLITE_OK) connection_->fail(code);
}

void sqlite_statement::bind(int parameter, std::int64_t value) {
    check(::sqlite3_bind_int64(statement_.get(), parameter + 1, value));
}

void sqlite_statement::bind_text(int parameter, std::string_view value) {
    check(::sqlite3_bind_text64(statement_.get(), parameter + 1, value.data(), value.size(), SQLITE_STATIC,
                                SQLITE_UTF8));
}

void sqlite_statement::bind_blob(int parameter, std::string_view value) {
    check(::sqlite3_bind_blob64(statement_.get(), parameter + 1, value.data(), value.size(), SQLITE_STATIC));
}

void sqlite_statement::bind_null(int parameter) {
    check(::sqlite3_bind_null(statement_.get(), parameter + 1));
}

bool sqlite_statement::step() {
    const int code = ::sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_->fail(code);
    return false;
}

void sqlite_statement::reset() noexcept {
    ::sqlite3_reset(statement_.get());
    ::sqlite3_clear_bindings(statement_.get());
}

int sqlite_statement::column_count() const noexcept {
    return ::sqlite3_column_count(statement_.get());
}

std::string_view sqlite_statement::column_name(int column) const {
    const char* const name = ::sqlite3_column_name(statement_.get(), column);
    return name == nullptr ? std::string_view() : name;
}

bool sqlite_statement::is_read_only() const noexcept {
    return ::sqlite3_stmt_readonly(statement_.get()) != 0;
}

std::int64_t sqlite_statement::number(int column) const {
    return ::sqlite3_column_int64(statement_.get(), column);
}

std::string_view sqlite_statement::text(int column) const {
    const auto* const bytes = ::sqlite3_column_text(statement_.get(), column);
    const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string_view()
                            : std::string_view(reinterpret_cast<const char*>(bytes), size);
}

std::string_view sqlite_statement::blob(int column) const {
    const auto* const bytes = ::sqlite3_column_blob(statement_.get(), column);
    const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

bool sqlite_statement::is_null(int column) const {
    return ::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return quoted;
}

}  // namespace cardresolver::database
