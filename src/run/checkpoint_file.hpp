// OUT.checkpoint: the checkpoint of a run whose rows go to a file.
#pragma once

#include "run/checkpoint.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cardresolver::run {

/// An SQLite file with one row, written with full synchronisation. Nobody else may use the run meanwhile:
/// whoever opens it holds the lock of OUT.partial. Throws `sink::output_error`: `cannot_create` where it
/// cannot be opened, `io` where it cannot be read or written, `damaged` where it is no checkpoint.
class checkpoint_file final : public checkpoint_store {
public:
    /// Opens the file, or creates it. `path` is also what messages call it.
    explicit checkpoint_file(std::string path);
    ~checkpoint_file() override;

    /// What was saved last, if anything was.
    std::optional<checkpoint> load();
    void save(const checkpoint& state) override;
    /// Closes and deletes the file.
    void finish() override { remove(); }
    void discard() override { remove(); }

private:
    void remove();

    class implementation;
    std::string path_;
    std::unique_ptr<implementation> implementation_;
};

/// Deletes the checkpoint at `path`, if there is one. Throws `sink::output_error`.
void remove_checkpoint(const std::string& path);

}  // namespace cardresolver::run
