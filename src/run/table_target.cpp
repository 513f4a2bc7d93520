#include "run/table_target.hpp"

#include "run/checkpoint_text.hpp"

#include <utility>

namespace cardresolver::run {
namespace {

struct shared_table {
    std::unique_ptr<sink::row_table> table;
    std::string unsaved;  ///< compact rows
    std::uint64_t bytes = 0;
};

class table_rows final : public sink::output {
public:
    explicit table_rows(std::shared_ptr<shared_table> shared) : shared_(std::move(shared)) {}

    bool is_resumable() const noexcept override { return true; }
    void when_waiting(const sink::wait_hook& hook) override { shared_->table->when_waiting(hook); }
    void write(std::string_view bytes) override {
        shared_->unsaved.append(bytes);
        shared_->bytes += bytes.size();
    }
    // All else is the checkpoint's: it saves the rows along with itself.
    void sync() override {}
    void commit() override {}
    void suspend() override { shared_->table.reset(); }
    void discard() override {}
    std::uint64_t bytes() const noexcept override { return shared_->bytes; }
    std::size_t unsaved_bytes() const noexcept override { return shared_->unsaved.size(); }

private:
    std::shared_ptr<shared_table> shared_;
};

class table_checkpoint final : public checkpoint_store {
public:
    table_checkpoint(std::shared_ptr<shared_table> shared, std::vector<replaced_run> replaced)
        : shared_(std::move(shared)), replaced_(std::move(replaced)) {}

    void save(const checkpoint& state) override {
        shared_->table->save(shared_->unsaved, write_checkpoint(state));
        shared_->unsaved.clear();
        consumed_ = state.consumed;
    }
    void finish() override {
        std::vector<std::string> ids;
        for (const auto& one : replaced_) {
            if (!one.consumed || one.consumed == consumed_) ids.push_back(one.run_id);
        }
        shared_->table->finish(ids);
        shared_->table.reset();
    }
    void discard() override {
        shared_->table->discard();
        shared_->table.reset();
    }

private:
    std::shared_ptr<shared_table> shared_;
    std::vector<replaced_run> replaced_;
    source::input_beginning consumed_;
};

}  // namespace

table_target make_table_target(std::unique_ptr<sink::row_table> table, std::uint64_t bytes,
                               std::vector<replaced_run> replaced) {
    auto shared = std::make_shared<shared_table>();
    shared->table = std::move(table);
    shared->bytes = bytes;
    return {std::make_unique<table_rows>(shared),
            std::make_unique<table_checkpoint>(shared, std::move(replaced))};
}

}  // namespace cardresolver::run
