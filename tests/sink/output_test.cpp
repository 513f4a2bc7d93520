// Proves rows DK1, DK2, DK8 and DK9 of reliability.md's fault matrix for the outputs.
#include "sink/output.hpp"

#include "checksum/crc32c.hpp"
#include "sink/decompress.hpp"
#include "sink/descriptor.hpp"
#include "sink/stream_output.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace cardresolver::sink {
namespace {

namespace fs = std::filesystem;
using error_kind = output_error::error_kind;

/// Calls `act` and returns the error that it must throw.
template <typename Act>
output_error error_of(Act act) {
    try {
        act();
    } catch (const output_error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return {error_kind::io, "no error"};
}

class output_test : public testing::Test {
protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);
        std::string pattern = (fs::temp_directory_path() / "sink_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        target_ = (folder_ / "out.csv").string();
        partial_ = target_ + ".partial";
    }
    void TearDown() override { fs::remove_all(folder_); }

    static std::unique_ptr<output> open(const std::string& target, bool force = false) {
        auto opened = open_output({target, force});
        EXPECT_FALSE(opened->has_leftover());
        return opened;
    }

    static std::string read(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        EXPECT_TRUE(file) << path;
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static void write(const fs::path& path, std::string_view text) {
        std::ofstream(path, std::ios::binary) << text;
    }

    fs::path folder_;
    std::string target_;
    std::string partial_;
};

TEST_F(output_test, shows_a_file_under_its_name_only_when_it_is_complete) {
    const auto out = open(target_);
    out->write("a\n");
    out->write("");
    out->write("b\n");
    EXPECT_EQ(out->bytes(), 4U);
    EXPECT_FALSE(fs::exists(target_));
    EXPECT_EQ(read(partial_), "a\nb\n");
    out->commit();
    EXPECT_EQ(read(target_), "a\nb\n");
    EXPECT_FALSE(fs::exists(partial_));
}

TEST_F(output_test, keeps_what_was_written_where_the_run_stops_early) {
    const auto out = open(target_);
    EXPECT_TRUE(out->is_new());
    out->write("a\n");
    out->suspend();
    EXPECT_EQ(read(partial_), "a\n");
    EXPECT_FALSE(fs::exists(target_));
    const auto again = open_output({target_, false});
    EXPECT_TRUE(again->has_leftover());
    EXPECT_FALSE(again->is_new());
    again->restart();
    EXPECT_TRUE(again->is_new());
    again->write("b\n");
    EXPECT_EQ(read(partial_), "b\n") << "the destructor keeps, too";
}

/// What an unfinished run has left, and the mark of its last durable row.
output_mark leave(const std::string& target, std::string_view durable, std::string_view behind) {
    const auto out = open_output({target, false});
    out->restart();
    out->write(durable);
    out->sync();
    const auto mark = out->mark();
    out->write(behind);
    out->suspend();
    return mark;
}

TEST_F(output_test, goes_on_behind_the_last_durable_row) {
    for (const auto* ending : {".csv", ".csv.gz", ".csv.zst"}) {
        const auto target = (folder_ / "rows").string() + ending;
        const auto mark = leave(target, "a\nb\n", "not durable\n");
        const auto out = open_output({target, false});
        out->resume(mark);
        EXPECT_EQ(out->bytes(), mark.bytes);
        out->write("c\n");
        out->commit();
        const auto how = compression_of(target);
        const auto written = read(target);
        EXPECT_EQ(how == compression::none ? written : decompress(how, written).text, "a\nb\nc\n") << ending;
    }
}

TEST_F(output_test, the_mark_is_of_the_last_64_KiB) {
    const std::string text(3 * marked_tail + 1, 'x');
    const auto mark = leave(target_, text, "");
    EXPECT_EQ(mark.bytes, text.size());
    EXPECT_EQ(mark.tail_crc, checksum::extend_crc32c(0, text.substr(0, marked_tail)));
}

TEST_F(output_test, DK7_does_not_go_on_behind_rows_that_are_not_its_own) {
    const auto mark = leave(target_, "a\nb\n", "c\n");
    const auto refuses = [&](std::string_view why) {
        const auto out = open_output({target_, false});
        const auto error = error_of([&] { out->resume(mark); });
        EXPECT_EQ(error.kind, error_kind::damaged);
        EXPECT_NE(std::string_view(error.what()).find(why), std::string_view::npos) << error.what();
        EXPECT_NE(std::string_view(error.what()).find("--restart"), std::string_view::npos) << error.what();
    };
    write(partial_, "a\nB\nc\n");
    refuses("has been changed");
    EXPECT_EQ(read(partial_), "a\nB\nc\n") << "and leaves them alone";
    write(partial_, "a\nb");
    refuses("has 3 bytes, but 4 were written");
    fs::remove(partial_);
    refuses("is gone");
    EXPECT_TRUE(fs::is_empty(folder_)) << "no empty file is left instead";
}

TEST_F(output_test, a_stream_cannot_be_resumed) {
    const auto out = open("/dev/null");
    EXPECT_FALSE(out->is_resumable());
    EXPECT_EQ(error_of([&] { out->resume({}); }).kind, error_kind::io);
}

TEST_F(output_test, compresses_by_the_ending_of_the_given_name) {
    for (const auto how : {compression::gzip, compression::zstd}) {
        const auto target = target_ + (how == compression::gzip ? ".gz" : ".ZST");
        const auto out = open(target);
        out->write("a\n");
        out->sync();
        EXPECT_EQ(decompress(how, read(target + ".partial")).text, "a\n");
        out->write("b\n");
        out->commit();
        EXPECT_EQ(decompress(how, read(target)).text, "a\nb\n");
        EXPECT_EQ(decompress(how, read(target)).frames, 2U);
        EXPECT_EQ(out->bytes(), fs::file_size(target));
    }
}

TEST_F(output_test, dk1_reports_a_full_disk_behind_compression) {
    fs::create_symlink("/dev/full", folder_ / "full.csv.gz");
    const auto out = open((folder_ / "full.csv.gz").string());
    out->write("a\n");  // held back by the compression
    EXPECT_EQ(error_of([&out] { out->sync(); }).kind, error_kind::io);
    EXPECT_EQ(error_of([&out] { out->commit(); }).kind, error_kind::io);
}

TEST_F(output_test, removes_what_is_not_worth_keeping) {
    const auto out = open(target_);
    out->write("a\n");
    out->discard();
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(output_test, empties_a_leftover_and_says_so) {
    write(partial_, "longer than what comes now");
    const auto out = open_output({target_, false});
    EXPECT_TRUE(out->has_leftover());
    out->restart();
    out->write("a\n");
    out->commit();
    EXPECT_EQ(read(target_), "a\n");
    write(partial_, "");
    const auto again = open_output({target_, true});
    EXPECT_FALSE(again->has_leftover()) << "an empty leftover is nothing to speak of";
    EXPECT_FALSE(again->is_new()) << "but not ours";
}

TEST_F(output_test, replaces_a_finished_output_only_with_force) {
    write(target_, "finished");
    const auto error = error_of([this] { open(target_); });
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_NE(std::string_view(error.what()).find("--force"), std::string_view::npos) << error.what();
    EXPECT_FALSE(fs::exists(partial_));
    const auto out = open(target_, true);
    out->write("new");
    EXPECT_EQ(read(target_), "finished") << "until the new one is complete";
    out->commit();
    EXPECT_EQ(read(target_), "new");
}

TEST_F(output_test, does_not_clobber_a_target_that_appears_meanwhile) {
    const auto out = open(target_);
    out->write("ours");
    write(target_, "theirs");
    const auto error = error_of([&out] { out->commit(); });
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_NE(std::string_view(error.what()).find("out.csv.partial"), std::string_view::npos) << error.what();
    EXPECT_EQ(read(target_), "theirs");
    EXPECT_EQ(read(partial_), "ours");
}

TEST_F(output_test, dk9_refuses_a_second_run_on_one_output) {
    const auto out = open(target_);
    out->write("first");
    const auto error = error_of([this] { open(target_, true); });
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_NE(std::string_view(error.what()).find("another run"), std::string_view::npos) << error.what();
    out->commit();
    EXPECT_EQ(read(target_), "first");
    EXPECT_NE(open(target_, true), nullptr) << "the lock ends with the run";
}

TEST_F(output_test, dk9_refuses_a_second_process_on_one_output) {
    const auto out = open(target_);
    const auto child = ::fork();
    if (child == 0) {
        try {
            open_output({target_, false});
        } catch (const output_error& error) {
            ::_exit(error.kind == error_kind::cannot_create ? 73 : 1);
        }
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 73);
}

TEST_F(output_test, does_not_publish_a_file_that_replaced_its_own) {
    const auto out = open(target_);
    out->write("ours");
    fs::remove(partial_);
    write(partial_, "theirs");
    EXPECT_EQ(error_of([&out] { out->commit(); }).kind, error_kind::io);
    EXPECT_FALSE(fs::exists(target_));
}

TEST_F(output_test, writes_where_symbolic_links_lead) {
    fs::create_directory(folder_ / "real");
    fs::create_directory_symlink("real", folder_ / "folder");
    fs::create_symlink("folder/file.csv", folder_ / "second");
    fs::create_symlink(folder_ / "second", folder_ / "first");
    const auto out = open((folder_ / "first").string());
    EXPECT_TRUE(fs::exists(folder_ / "real/file.csv.partial"));
    out->write("a");
    out->commit();
    EXPECT_EQ(read(folder_ / "real/file.csv"), "a");
    EXPECT_TRUE(fs::is_symlink(folder_ / "first"));
    EXPECT_TRUE(fs::is_symlink(folder_ / "second"));
    EXPECT_EQ(error_of([this] { open((folder_ / "first").string()); }).kind, error_kind::cannot_create);
    fs::create_symlink("loop", folder_ / "loop");
    EXPECT_EQ(error_of([this] { open((folder_ / "loop").string()); }).kind, error_kind::cannot_create);
}

TEST_F(output_test, takes_relative_paths_and_stays_where_it_was_opened) {
    const auto before = fs::current_path();
    fs::current_path(folder_);
    const auto out = open("out.csv");
    fs::current_path(before);
    out->write("a");
    out->commit();
    EXPECT_EQ(read(target_), "a");
}

TEST_F(output_test, dk8_says_why_a_target_cannot_be_created) {
    struct row {
        std::string target;
        std::string_view word;
    };
    fs::create_directory(folder_ / "x.csv.partial");
    fs::create_symlink("elsewhere", folder_ / "y.csv.partial");
    write(folder_ / "file", "");
    const std::array rows{
        row{(folder_ / "missing/out.csv").string(), "there is no folder"},
        row{folder_.string(), "is a folder"},
        row{(folder_ / "new/").string(), "is no file name"},
        row{"", "is no file name"},
        row{(folder_ / "file/out.csv").string(), "cannot use the folder"},
        row{(folder_ / "x.csv").string(), "x.csv.partial"},
        row{(folder_ / "y.csv").string(), "y.csv.partial"},
        row{(folder_ / std::string(250, 'n')).string(), "File name too long"},
    };
    for (const auto& one : rows) {
        const auto error = error_of([&one] { open(one.target); });
        EXPECT_EQ(error.kind, error_kind::cannot_create) << one.target;
        EXPECT_NE(std::string_view(error.what()).find(one.word), std::string_view::npos) << error.what();
    }
}

TEST_F(output_test, dk8_needs_permission_for_the_folder) {
    ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
    const auto user = ::geteuid();
    ASSERT_TRUE(user != 0 || ::seteuid(65534) == 0);
    const auto error = error_of([this] { open(target_); });
    ASSERT_TRUE(user != 0 || ::seteuid(0) == 0);
    ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
    EXPECT_EQ(error.kind, error_kind::cannot_create);
    EXPECT_NE(std::string_view(error.what()).find("Permission denied"), std::string_view::npos)
        << error.what();
}

TEST_F(output_test, creates_files_as_the_umask_says) {
    const auto before = ::umask(027);
    open(target_)->commit();
    ::umask(before);
    EXPECT_EQ(fs::status(target_).permissions(), fs::perms(0640));
}

TEST_F(output_test, dk1_reports_a_full_disk) {
    const auto out = open("/dev/full");
    const auto error = error_of([&out] { out->write("a\n"); });
    EXPECT_EQ(error.kind, error_kind::io);
    EXPECT_NE(std::string_view(error.what()).find("No space left"), std::string_view::npos) << error.what();
    EXPECT_EQ(error_of([&out] { out->write("b\n"); }).kind, error_kind::io) << "spoiled";
}

/// In a child, as the limit cannot be taken back. Exit status 0: all went as it should.
TEST_F(output_test, dk2_reports_a_file_over_the_limit_and_never_completes_it) {
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        auto out = open_output({target_, false});
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(1);
        int caught = 0;
        try {
            out->write(std::string(1500, 'x'));  // a short write, then EFBIG
        } catch (const output_error& error) {
            caught += error.kind == error_kind::io && out->bytes() == 1000 ? 1 : 0;
        }
        try {
            out->commit();
        } catch (const output_error& error) {
            caught += error.kind == error_kind::io ? 1 : 0;
        }
        ::_exit(caught == 2 ? 0 : 2);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(fs::exists(target_));
    EXPECT_EQ(fs::file_size(partial_), 1000U);
}

TEST_F(output_test, writes_devices_as_they_are) {
    const auto out = open("/dev/null");
    out->write("a\n");
    EXPECT_EQ(out->bytes(), 2U);
    out->commit();
    EXPECT_FALSE(fs::exists("/dev/null.partial"));
}

TEST_F(output_test, writes_a_fifo_as_it_is_and_notices_that_its_reader_has_gone) {
    const auto path = (folder_ / "fifo").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    const auto out = open(path);
    out->write("row\n");
    std::array<char, 8> received{};
    EXPECT_EQ(::read(reader, received.data(), received.size()), 4);
    ::close(reader);
    EXPECT_EQ(error_of([&out] { out->write("row\n"); }).kind, error_kind::reader_gone);
    EXPECT_NO_THROW(out->suspend());
}

TEST_F(output_test, dk2_goes_on_after_short_writes_and_full_pipes) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(::fcntl(ends[0], F_SETFL, 0), 0);
    stream_output out(descriptor(ends[1]), "pipe");
    std::string sent;
    for (int i = 0; i < 200'000; ++i)
        sent += std::to_string(i) + "\n";
    std::string received;
    std::thread reader([&received, end = ends[0]] {
        std::array<char, 3000> piece{};
        for (;;) {
            const auto count = ::read(end, piece.data(), piece.size());
            if (count <= 0) break;
            received.append(piece.data(), static_cast<std::size_t>(count));
        }
        ::close(end);
    });
    out.write(sent);
    out.commit();
    reader.join();
    EXPECT_EQ(out.bytes(), sent.size());
    EXPECT_TRUE(received == sent);
}

TEST_F(output_test, leaves_standard_output_open) {
    const auto out = open("-");
    out->write("");
    out->commit();
    EXPECT_NE(::fcntl(STDOUT_FILENO, F_GETFD), -1);
}

}  // namespace
}  // namespace cardresolver::sink
