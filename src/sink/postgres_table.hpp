// Rows in a table of a PostgreSQL database.
#pragma once

#include "sink/postgres_schema.hpp"
#include "sink/postgres_session.hpp"
#include "sink/row_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// A run's row has a number that every transaction raises by one, on condition that it is what this process
/// knows it to be and that the writer is still this process: the fence. Where the answer to a COMMIT was
/// lost, the number tells whether it took place; and of two processes that both take the run for theirs, one
/// finds nothing to raise and writes nothing. A session lock on the run keeps a second process out before
/// that.
class postgres_table final : public row_table {
public:
    /// `conninfo`: for libpq. `name`: for messages. `table`: `name` or `schema.name`. Throws as
    /// `open_row_table` does.
    postgres_table(const std::string& conninfo, const std::string& name, std::string_view table,
                   const wait_hook& hook);

    void when_waiting(const wait_hook& hook) override { session_.when_waiting(hook); }
    std::vector<stored_run> find_runs(std::string_view settings, std::string_view input) override;
    void use_columns(const std::vector<std::string>& kept) override;
    void begin(const stored_run& run, const std::vector<stored_run>& dropped) override;
    void resume(const stored_run& run, std::uint64_t rows) override;
    void save(std::string_view rows, std::string_view progress) override;
    void finish(const std::vector<std::string>& replaced) override;
    void discard() override;

private:
    enum class stage : std::uint8_t { opening, begun };
    struct fence {
        std::string sequence;
        std::string writer;
    };

    void set_up();
    void notice_lost_clients();
    void lock_opening();
    void unlock_opening();
    bool try_lock_run(const std::string& run_id);
    void lock_run(const std::string& run_id);
    void lock_run_again();
    void end_old_session();
    void remember_session();
    std::optional<fence> look_at_fence(bool for_update);
    bool is_raised(const std::optional<fence>& there) const;
    void require_own(const std::optional<fence>& there) const;
    void raise_fence(std::string_view assignments, std::optional<std::string_view> value);
    void transact_fenced(const std::function<void()>& action);
    void drop(const stored_run& run);
    void require_rows_of(const stored_run& run, std::uint64_t rows);
    void delete_run(const std::string& run_id);
    std::string make_copy(std::string_view rows);
    void copy_in(std::string_view copy, std::string_view rows);
    void require_no_other(std::string_view settings, std::string_view input);
    void has_begun();
    [[noreturn]] void refuse_changed() const;
    [[noreturn]] void refuse_second(const std::string& run_id) const;

    postgres_session session_;
    postgres_schema schema_;
    std::string writer_;  ///< this process, in the run's row
    std::string run_id_;
    std::int64_t sequence_ = 0;  ///< of the run's row, as far as is known
    stage stage_ = stage::opening;
    std::vector<std::string> known_runs_;           ///< of this list, when they were looked for
    std::optional<std::vector<std::string>> kept_;  ///< once the columns are known
    bool has_table_ = false;                        ///< made or checked in a transaction that took place
    std::string session_pid_;                       ///< of the last connection
    std::string session_start_;                     ///< likewise
};

}  // namespace cardresolver::sink
