// SQLite, as far as it is used here: a connection and prepared statements that cannot leak.
#pragma once

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
    sqlite_error(int result, const std::string& why) : std::runtime_error(why), code(result) {}
    /// The file is no database, or a damaged one.
    bool is_damage() const noexcept;
    int code;
};

class sqlite_statement;

/// One database file. One thread at a time.
class sqlite_connection {
public:
    enum class opening : std::uint8_t { existing, create };

    /// Throws `sqlite_error`. A file that is no database is found out at the first use.
    sqlite_connection(const std::string& path, opening how);

    /// Runs statements that give no rows.
    void execute(const std::string& statements);
    sqlite_statement prepare(std::string_view statement);
    /// The first column of the first row, as a number.
    std::int64_t number_of(std::string_view query);

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

}  // namespace cardresolver::database
