// PostgreSQL, as far as it is used here: a connection whose every wait can be ended.
#pragma once

#include "database/postgres_error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct pg_conn;
struct pg_result;

namespace cardresolver::database {

/// What a statement gave, text values throughout. Rows and columns count from 0.
class postgres_result {
public:
    int rows() const noexcept;
    int columns() const noexcept;
    /// Empty where it is NULL.
    std::string_view text(int row, int column) const noexcept;
    bool is_null(int row, int column) const noexcept;
    std::string_view column_name(int column) const noexcept;
    /// Rows that an UPDATE, INSERT or DELETE has changed.
    std::uint64_t changed_rows() const;
    /// "COMMIT", "UPDATE 1" and the like.
    std::string_view tag() const noexcept;

private:
    friend class postgres_connection;
    struct clearer {
        void operator()(pg_result* result) const noexcept;
    };
    explicit postgres_result(pg_result* result) : result_(result) {}
    std::unique_ptr<pg_result, clearer> result_;
};

/// A parameter of a statement: text, or NULL.
using postgres_value = std::optional<std::string_view>;

/// One session. One thread at a time. All calls throw `postgres_error`; after `lost` and `ended` the session
/// is of no more use. Texts are UTF-8 in both directions and hold no NUL.
///
/// Where the user has not said otherwise, by URL, service file or libpq's environment, connecting takes at
/// most ten seconds, and a peer that is silent on the network counts as gone after about thirty. A server
/// that is there may take as long as it likes for a statement.
class postgres_connection {
public:
    /// `conninfo`: a URL or key/value text as libpq takes it. Only looks for a server as long as that allows,
    /// and does not try again. `goes_on` is asked about ten times a second while there is no answer: false
    /// ends the waiting (`ended`).
    postgres_connection(const std::string& conninfo, std::function<bool()> goes_on);
    ~postgres_connection();
    postgres_connection(postgres_connection&&) noexcept;
    postgres_connection& operator=(postgres_connection&&) noexcept;

    /// One statement. `$1` and so on are its parameters.
    postgres_result execute(std::string_view statement, std::span<const postgres_value> parameters = {});
    /// Statements without parameters, one behind the other; the result of the last.
    postgres_result execute_all(std::string_view statements);

    /// `statement` is a COPY … FROM STDIN in text format; `lines` is what it takes. How many rows were added.
    std::uint64_t copy_in(std::string_view statement, std::string_view lines);

    /// Begins a query whose rows come one by one with `next_row`: none is kept.
    void query(std::string_view statement);
    /// The next row of `query`, the only one in its result. At the end, a result without a row.
    postgres_result next_row();

    /// A name as it stands in statements, in double quotes.
    static std::string quote_name(std::string_view name);

private:
    struct closer {
        void operator()(pg_conn* connection) const noexcept;
    };

    void connect(const std::string& conninfo);
    void flush();
    void wait(short events);
    pg_result* take_result();
    postgres_result take_last_result();
    std::uint64_t finish_copy();
    void send(int is_sent);
    [[noreturn]] void fail_of_connection();
    [[noreturn]] void fail(pg_result* result);
    [[noreturn]] void fail_as_lost();

    std::function<bool()> goes_on_;
    std::unique_ptr<pg_conn, closer> connection_;
};

}  // namespace cardresolver::database
