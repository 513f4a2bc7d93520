// SQLite, as far as it is used here: a connection and prepared statements that cannot leak.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace cardresolver::database {

/// What SQLite complains of, with the name of the file. `code` is its extended result code.
class sqlite_error : public std::runtime_error {
public:
    sqlite_error(int result, const std::string& why, int system = 0)
        : std::runtime_error(why), code(result), system_code(system) {}
    /// The file is no database, or a damaged one.
    bool is_damage() const noexcept;
    /// Somebody else holds a lock.
    bool is_locked() const noexcept;
    /// The disk, or what the database or its owner may have of it, is full.
    bool is_full() const noexcept;
    /// A row of this key is there already, or another rule of the table is broken.
    bool is_constraint() const noexcept;
    /// A row of this primary key is there already.
    bool is_taken_key() const noexcept;
    /// A read, a write or a sync of the file has failed.
    bool is_io() const noexcept;
    /// What was asked for is at fault: its words, its tables, its values.
    bool is_statement() const noexcept;
    /// The file, or one that belongs beside it, may not be written.
    bool is_read_only() const noexcept;
    /// The file is no database at all.
    bool is_no_database() const noexcept;
    int code;
    int system_code;  ///< the `errno` behind it, or 0
};

class sqlite_statement;

/// One database file. One thread at a time.
class sqlite_connection {
public:
    enum class opening : std::uint8_t { existing, create, read_only };

    /// Throws `sqlite_error`. A file that is no database is found out at the first use.
    sqlite_connection(const std::string& path, opening how);

    /// Runs statements that give no rows.
    void execute(const std::string& statements);
    /// One statement; what follows it must be blank. An empty one, or a second one, is an error, too.
    sqlite_statement prepare(std::string_view statement);
    /// The first column of the first row, as a number.
    std::int64_t number_of(std::string_view query);

    /// How long a lock of somebody else is waited for before it is an error; 0 at first.
    void wait_for_locks(std::chrono::milliseconds at_most);
    bool is_in_transaction() const noexcept;
    /// Rows that the last INSERT, UPDATE or DELETE has touched.
    int changed_rows() const noexcept;

private:
    friend class sqlite_statement;
    [[noreturn]] void fail(int code) const;

    struct closer {
        void operator()(sqlite3* connection) const noexcept;
    };
    std::string path_;
    std::unique_ptr<sqlite3, closer> connection_;
};

/// Parameters and columns count from 0. What `text` and `blob` return lives until the next `step` or `reset`.
class sqlite_statement {
public:
    void bind(int parameter, std::int64_t value);
    /// The text is not copied: it must live until `reset`.
    void bind_text(int parameter, std::string_view value);
    /// Likewise.
    void bind_blob(int parameter, std::string_view value);
    void bind_null(int parameter);

    /// True where there is a row to look at.
    bool step();
    /// Ready to be bound and run once more.
    void reset() noexcept;

    /// Of the result; 0 where the statement gives no rows.
    int column_count() const noexcept;
    std::string_view column_name(int column) const;
    /// Whether it leaves the database as it is.
    bool is_read_only() const noexcept;

    std::int64_t number(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;
    bool is_null(int column) const;

private:
    friend class sqlite_connection;
    struct finalizer {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    sqlite_statement(const sqlite_connection& connection, sqlite3_stmt* statement)
        : connection_(&connection), statement_(statement) {}

    void check(int code) const;

    const sqlite_connection* connection_;
    std::unique_ptr<sqlite3_stmt, finalizer> statement_;
};

/// A name in double quotes, for any table or column.
std::string quote_identifier(std::string_view name);

}  // namespace cardresolver::database
