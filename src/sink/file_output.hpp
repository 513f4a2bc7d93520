// Rows to a file that appears, whole, under its own name when the run is complete.
#pragma once

#include "sink/descriptor.hpp"
#include "sink/output.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace cardresolver::sink {

/// TARGET.partial in TARGET's folder, locked (open file description lock) until it is closed: closing comes
/// after renaming, so that no second run can slip in between. All names are resolved against the folder's own
/// descriptor: whatever happens to the path above it, the rows stay together.
class file_output final : public output {
public:
    /// `target`: absent or a regular file; no symbolic link. Throws `output_error`.
    file_output(const std::filesystem::path& target, bool force);

    bool is_resumable() const noexcept override { return true; }
    bool has_leftover() const override { return size_of_partial() > 0; }
    bool is_new() const noexcept override { return is_new_; }
    void restart() override;
    void resume(const output_mark& from) override;
    void when_waiting(const wait_hook& hook) override { wait_ = hook; }
    void write(std::string_view bytes) override;
    void sync() override;
    output_mark mark() override;
    void commit() override;
    void suspend() override;
    void discard() override;
    std::uint64_t bytes() const noexcept override { return bytes_; }

private:
    void open_folder(const std::filesystem::path& folder);
    void open_partial();
    bool lock_partial();
    bool is_still_partial() const;
    void refuse_finished_target() const;
    std::uint64_t size_of_partial() const;
    std::uint32_t tail_crc(std::uint64_t end, output_error::error_kind where_unreadable) const;
    void make_durable(const descriptor& what, bool is_folder);
    void rename_partial();
    void link_partial();
    [[noreturn]] void spoil(std::string_view what, int error,
                            output_error::error_kind kind = output_error::error_kind::io);
    [[noreturn]] void refuse_appeared_target();
    void close_partial();

    std::string target_;   ///< file name within the folder
    std::string partial_;  ///< likewise
    std::string name_;     ///< TARGET, quoted, for messages
    bool force_;
    bool is_new_ = false;  ///< this object has created or emptied TARGET.partial
    bool is_spoiled_ = false;
    std::uint64_t bytes_ = 0;
    wait_hook wait_;
    descriptor folder_;
    descriptor file_;
};

}  // namespace cardresolver::sink
