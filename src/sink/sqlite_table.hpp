// Rows in a table of an SQLite database.
#pragma once

#include "database/sqlite.hpp"
#include "sink/compact_row.hpp"
#include "sink/descriptor.hpp"
#include "sink/row_table.hpp"
#include "sink/sqlite_schema.hpp"
#include "sink/table_locks.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// Other programs may read the database at any time, and write to it between our transactions; other runs may
/// write to it, too. A new database keeps a write-ahead log, one that is there keeps the journal that it has;
/// either way each commit is synchronised in full.
class sqlite_table final : public row_table {
public:
    /// Opens `file`, or where its symbolic links lead, creating it where there is none; nothing is written to
    /// it up to `begin`. Throws as `open_row_table` does.
    sqlite_table(const std::string& file, std::string table, const wait_hook& hook);
    ~sqlite_table() override;

    void when_waiting(const wait_hook& hook) override { wait_ = hook; }
    std::vector<stored_run> find_runs(std::string_view settings, std::string_view input) override;
    void use_columns(const std::vector<std::string>& kept) override;
    /// Without a write-ahead log, a reader keeps every writer out until it is done.
    bool can_be_read_meanwhile() override;
    void begin(const stored_run& run, const std::vector<stored_run>& dropped) override;
    void resume(const stored_run& run, std::uint64_t rows) override;
    void save(std::string_view rows, std::string_view progress) override;
    void finish(const std::vector<std::string>& replaced) override;
    void discard() override;

private:
    void open();
    void lock_opening();
    void close() noexcept;
    template <class Action>
    auto waiting(Action action);
    template <class Action>
    void in_transaction(Action action);
    [[noreturn]] void fail(const database::sqlite_error& fault) const;
    void require_place() const;
    void roll_back() noexcept;

    void take_lock(const std::string& run_id);
    void start();
    [[noreturn]] void refuse_changed() const;
    void drop(const stored_run& run);
    void require_rows_of(const stored_run& run, std::uint64_t rows);
    void delete_run(const std::string& run_id);
    void require_own_run() const;
    void store_progress(std::string_view progress);
    void insert(std::string_view rows);
    void prepare_insert();
    void insert_row(const compact_row& row);
    [[noreturn]] void refuse_row(std::uint64_t line, const std::string& why) const;

    std::string name_;   ///< what messages call the database
    std::string table_;  ///< as it was given
    wait_hook wait_;
    bool is_new_file_ = false;
    bool has_begun_ = false;
    std::string path_;
    table_locks locks_;  ///< outlives the connection: see there
    std::optional<database::sqlite_connection> connection_;
    std::optional<sqlite_schema> schema_;
    std::optional<std::vector<std::string>> kept_;  ///< once the columns are known
    bool has_table_ = false;  ///< a transaction that made it, or found it, was committed
    std::optional<database::sqlite_statement> insert_;
    std::string run_id_;
};

}  // namespace cardresolver::sink
