// Proves rows IN1 and IN7 of reliability.md's fault matrix on real files and pipes.
#include "source/input.hpp"

#include "source/parse_pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;
using records = std::vector<seen_record>;
using error_kind = input_error::error_kind;

class input_test : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "source_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, std::string_view content) const {
        const auto path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary)
            .write(content.data(), static_cast<std::streamsize>(content.size()));
        return path;
    }

    std::filesystem::path folder_;
};

records read_all(input& list) {
    records all;
    record_block block;
    while (list.read(block)) {
        for (const auto& one : block.records) {
            all.push_back({one.line, std::string(block.field_of(one)), one.problem});
        }
    }
    EXPECT_TRUE(block.text.empty());
    EXPECT_TRUE(block.records.empty());
    return all;
}

records read_file(const std::string& path, std::optional<input_format> format = {}, std::string column = {}) {
    input list({path, format, std::move(column)});
    return read_all(list);
}

struct complaint {
    error_kind kind;
    std::string text;
};

complaint complaint_of(const input_settings& settings) {
    try {
        input list(settings);
        read_all(list);
    } catch (const input_error& error) {
        return {error.kind, error.what()};
    }
    ADD_FAILURE() << "no complaint about " << settings.path;
    return {error_kind::read, ""};
}

TEST_F(input_test, in1_reads_lists_of_any_kind_without_being_told) {
    struct row {
        const char* name;
        std::string_view content;
        records seen;
    };
    const std::array rows{
        row{"empty.txt", "", {}},
        row{"empty.csv", "", {}},
        row{"blank.txt", "\n  \n\r\n", {}},
        row{"blank.csv", "\n  \n\r\n", {}},
        row{"plain.txt", "13800138000\nx\n", {{1, "13800138000"}, {2, "x"}}},
        row{"plain", "\n\nx\n13800138000", {{3, "x"}, {4, "13800138000"}}},
        row{"mark.txt",
            "\xEF\xBB\xBF"
            "13800138000\r\n",
            {{1, "13800138000"}}},
        row{"mark.csv", "\xEF\xBB\xBFnumber\n13800138000\n", {{2, "13800138000"}}},
        row{"upper.CSV", "a,Number\n1,2\n", {{2, "2"}}},
        row{"known.txt", "\n ICCID\n1\n", {{3, "1"}}},
        row{"quoted.txt", "\"imsi\"\r\n1\n", {{2, "1"}}},
        row{"fields.txt", "name;msisdn\nx;1\n", {{2, "1"}}},
        row{"fields2.txt", "x\t13800138000\ny\t2\n", {{1, "13800138000"}, {2, "2"}}},
        row{"late.csv", "\n\n\nnumber,x\n1,2\n", {{5, "1"}}},
        row{"list.csv", "13800138000\n13800138001\n", {{1, "13800138000"}, {2, "13800138001"}}},
        row{"ours.csv",
            "line,number,kind,outcome,iccid,msisdn,imsi,status,message\n7,13800138000,,,,,,,\n",
            {{2, "13800138000"}}},
        row{"objects", "\n\n {\"iccid\":\"1\"}\n{\"number\":2}\n", {{3, "1"}, {4, "2"}}},
        row{"mark.ndjson", "\xEF\xBB\xBF{\"imsi\":\"1\"}\r\n", {{1, "1"}}},
        row{"objects.csv", "{,number\n1,2\n", {{2, "2"}}},
        row{"nul.txt", "1\0\n2\n"sv, {{1, std::string("1\0"sv)}, {2, "2"}}},
    };
    for (const auto& one : rows) {
        EXPECT_EQ(read_file(write(one.name, one.content)), one.seen) << one.name;
    }
}

TEST_F(input_test, does_what_it_is_told_about_the_format_and_the_column) {
    const auto path = write("list", "a,b\n1,2\n");
    EXPECT_EQ(read_file(path, input_format::text), (records{{1, "a,b"}, {2, "1,2"}}));
    EXPECT_EQ(read_file(path, input_format::csv, "B"), (records{{2, "2"}}));
    EXPECT_EQ(read_file(path, {}, "a"), (records{{2, "1"}}));
    const auto objects = write("objects", "{\"a\":\"1\",\"number\":\"2\"}\n");
    EXPECT_EQ(read_file(objects, {}, "A"), (records{{1, "1"}}));
    EXPECT_EQ(read_file(objects, input_format::text).front().field, "{\"a\":\"1\",\"number\":\"2\"}");
    EXPECT_EQ(read_file(write("none", "1\n"), input_format::ndjson),
              (records{{1, "1", card::invalid_reason::json_malformed}}));
    EXPECT_EQ(read_file(write("single", "card\n1\n"), {}, "card"), (records{{2, "1"}}));
}

TEST_F(input_test, in1_carries_records_across_blocks) {
    std::string text = "name,number\n";
    for (int i = 0; i < 100'000; ++i)
        text += "\"x\ny\"," + std::to_string(13'800'000'000 + i) + "\r\n";
    const auto path = write("big.csv", text);
    input list({path, {}, {}});
    EXPECT_EQ(list.size(), text.size());
    record_block block;
    std::uint64_t next = 0;
    while (list.read(block)) {
        for (const auto& one : block.records) {
            ASSERT_EQ(one.line, 2 + 2 * next);
            ASSERT_EQ(block.field_of(one), std::to_string(13'800'000'000 + next));
            ++next;
        }
    }
    EXPECT_EQ(next, 100'000U);
    EXPECT_EQ(block.bytes_read, text.size());
    EXPECT_EQ(block.lines_read, 200'001U);
}

TEST_F(input_test, says_why_a_path_is_no_list) {
    const auto missing = complaint_of({(folder_ / "missing").string(), {}, {}});
    EXPECT_EQ(missing.kind, error_kind::not_found);
    EXPECT_NE(missing.text.find("No such file"), std::string::npos) << missing.text;
    const auto folder = complaint_of({folder_.string(), {}, {}});
    EXPECT_EQ(folder.kind, error_kind::not_found);
    EXPECT_NE(folder.text.find("is a folder"), std::string::npos) << folder.text;
}

/// Root may read everything: gives that up while it lives.
class unprivileged {
public:
    unprivileged() : user_(::geteuid()) { EXPECT_TRUE(user_ != 0 || ::seteuid(65534) == 0); }
    ~unprivileged() { EXPECT_TRUE(user_ != 0 || ::seteuid(0) == 0); }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;

private:
    uid_t user_;
};

TEST_F(input_test, refuses_a_file_that_it_may_not_read) {
    const auto path = write("secret", "1\n");
    ASSERT_EQ(::chmod(path.c_str(), 0), 0);
    const unprivileged nobody;
    const auto said = complaint_of({path, {}, {}});
    EXPECT_EQ(said.kind, error_kind::not_found);
    EXPECT_NE(said.text.find("Permission denied"), std::string::npos) << said.text;
}

/// A list of several blocks, and whether one can go to a place in it at once.
struct long_list {
    std::string name;
    std::string content;
    bool is_plain;
};

std::vector<long_list> long_lists() {
    std::string text = "\xEF\xBB\xBF\n\n";
    std::string csv = "name,iccid\r\n";
    std::string ndjson;
    std::string gb18030 = "\xB1\xB8\xD7\xA2,iccid\n";
    for (int i = 0; i < 8000; ++i) {
        const auto number = std::to_string(898'602'000'000'000 + i);
        text += number + (i % 7 == 0 ? "\n\n" : "\n");
        csv += "\"a\r\n\"\"b\"," + number + "\r\n";
        ndjson += "{\"iccid\":\"" + number + "\"}\n";
        gb18030 += "\xB1\xB8," + number + "\n";
    }
    // A line that is too long spans blocks: none of them begins between two records.
    text += std::string(200'000, 'x') + "\n898602000000000\n";
    return {{"list.txt", text, true},
            {"list.csv", csv, true},
            {"list.ndjson", ndjson, true},
            {"gb.csv", gb18030, false}};
}

TEST_F(input_test, IN6_goes_on_from_every_place_that_a_block_has_begun_at) {
    for (const auto& list : long_lists()) {
        const input_settings settings{write(list.name, list.content), {}, {}};
        input whole(settings);
        records all;
        std::vector<input_position> places;
        record_block block;
        while (whole.read(block)) {
            if (block.begins_at) places.push_back(*block.begins_at);
            for (const auto& one : block.records)
                all.push_back({one.line, std::string(block.field_of(one)), one.problem});
        }
        ASSERT_GE(places.size(), 3U) << list.name;
        for (const auto& place : places) {
            input rest(settings, {place, {}});
            auto read = read_all(rest);
            std::erase_if(read, [&](const seen_record& one) { return one.line <= place.lines; });
            auto wanted = all;
            std::erase_if(wanted, [&](const seen_record& one) { return one.line <= place.lines; });
            EXPECT_EQ(read, wanted) << list.name << " from line " << place.lines;
        }
        EXPECT_EQ(places.back().offset > 0, list.is_plain) << list.name;
    }
}

TEST_F(input_test, IN6_a_list_that_becomes_shorter_while_it_is_read_is_no_whole_one) {
    const auto path = write("list.txt", long_lists().front().content);
    input list({path, {}, {}});
    std::filesystem::resize_file(path, 70'000);
    record_block block;
    try {
        while (list.read(block))
            continue;
        FAIL() << "no complaint";
    } catch (const input_error& error) {
        EXPECT_EQ(error.kind, error_kind::unusable);
        EXPECT_NE(std::string_view(error.what()).find("has become shorter"), std::string_view::npos)
            << error.what();
    }
}

TEST_F(input_test, IN1_a_line_of_NULs_is_one_bad_line) {
    const auto all = read_file(write("list.txt", std::string(40, '\0') + "\n898602B2221430000006\n" +
                                                     std::string(5000, '\0') + "\n1064826090209\n"));
    EXPECT_EQ(all.size(), 4U);
}

TEST_F(input_test, in1_says_what_foreign_content_is) {
    struct row {
        std::string_view content, word;
    };
    const std::string binary = std::string(5000, '\x01') + "\n";
    const std::array rows{
        row{"\x1F\x8B\x08\x00"sv, "cut off at byte 4"},
        row{"\x28\xB5\x2F\xFD\x00"sv, "cut off at byte 5"},
        // a zstd frame (magic, window, one raw block) around another gzip file
        row{"\x28\xB5\x2F\xFD\x00\x00\x19\x00\x00\x1F\x8B\x08"sv, "another gzip file"},
        row{"BZh91AY&SY", "bzip2"},
        row{"\xFF\xFE\x31\x00\x0A\x00"sv, "UTF-16"},
        row{"1\0002\0003\0004\0005\0006\0007\0008\0\r\0\n\0"sv, "UTF-16"},
        row{"PK\x03\x04...", "xlsx"},
        row{binary, "binary"},
    };
    for (const auto& one : rows) {
        const auto said = complaint_of({write("foreign", one.content), {}, {}});
        EXPECT_EQ(said.kind, error_kind::unusable);
        EXPECT_NE(said.text.find(one.word), std::string::npos) << said.text;
        EXPECT_NE(said.text.find("foreign'"), std::string::npos) << said.text;
    }
}

/// A zstd frame by hand: magic, a window of 1 KiB, `content` in one raw block.
std::string zstd_frame(std::string_view content) {
    const auto block = content.size() << 3U | 1U;
    std::string frame("\x28\xB5\x2F\xFD\x00\x00"sv);
    for (const unsigned shift : {0U, 8U, 16U})
        frame.push_back(static_cast<char>(block >> shift));
    return frame.append(content);
}

TEST_F(input_test, decompresses_what_is_compressed_whatever_it_is_called) {
    const auto frames =
        zstd_frame("number\n1380013") + zstd_frame("8000\n") + zstd_frame("") + zstd_frame("x");
    for (const auto* const name : {"list", "list.txt", "list.csv.zst"}) {
        input list({write(name, frames), {}, {}});
        EXPECT_EQ(list.size(), frames.size());
        EXPECT_EQ(read_all(list), (records{{2, "13800138000"}, {3, "x"}})) << name;
    }
    EXPECT_EQ(read_file(write("cards.CSV.ZST", zstd_frame("{,number\n1,2\n"))), (records{{2, "2"}}))
        << "the name counts";
    EXPECT_EQ(read_file(write("empty.zst", zstd_frame(""))), records{});
}

TEST_F(input_test, keeps_the_whole_records_before_a_cut_and_not_the_last_which_may_be_a_piece_of_one) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(13'800'000'000 + i) + "\n";
    std::string frames;
    for (std::size_t at = 0; at < text.size(); at += 1000)
        frames += zstd_frame(std::string_view(text).substr(at, 1000));
    input list({write("cut.zst", std::string_view(frames).substr(0, frames.size() - 1)), {}, {}});
    record_block block;
    std::uint64_t seen = 0;
    try {
        while (list.read(block)) {
            for (const auto& one : block.records)
                ASSERT_EQ(block.field_of(one), std::to_string(13'800'000'000 + seen++));
        }
        ADD_FAILURE() << "no complaint";
    } catch (const input_error& error) {
        EXPECT_EQ(error.kind, error_kind::unusable);
        const std::string said = error.what();
        EXPECT_NE(said.find("cut.zst': the zstd data are cut off"), std::string::npos) << said;
    }
    EXPECT_GT(seen, 90'000U);
    EXPECT_LT(seen, 100'000U);
}

TEST_F(input_test, reads_gb18030_told_or_not) {
    // 名称,号码 and 张三 with a full-width number, in GB18030
    constexpr auto list = "\xC3\xFB\xB3\xC6,\xBA\xC5\xC2\xEB\n\xD5\xC5\xC8\xFD,\xA3\xB1\xA3\xB3\n\xFF,2\n"sv;
    const auto path = write("cards.csv", list.substr(0, list.size() - 4));
    EXPECT_EQ(read_file(path, {}, "号码"), (records{{2, "１３"}}));
    input told({write("broken.csv", list), {}, "号码", input_encoding::gb18030});
    EXPECT_EQ(read_all(told), (records{{2, "１３"}, {3, "2"}}));
    const auto said = complaint_of({path, {}, "号码", input_encoding::utf8});
    EXPECT_EQ(said.kind, error_kind::unusable);
    EXPECT_EQ(read_file(write("late", "13800138000\n\xA3\xB1\xA3\xB3\n")),
              (records{{1, "13800138000"}, {2, "１３"}}));
    EXPECT_EQ(read_file(write("compressed", zstd_frame("\xA3\xB1\n"))), (records{{1, "１"}}));
}

TEST_F(input_test, says_which_columns_there_are) {
    const auto said = complaint_of({write("x.csv", "a,b\n1,2\n"), {}, {}});
    EXPECT_EQ(said.kind, error_kind::unusable);
    EXPECT_NE(said.text.find("x.csv': no column is named"), std::string::npos) << said.text;
    EXPECT_NE(said.text.find("'a', 'b'"), std::string::npos) << said.text;
    EXPECT_NE(said.text.find("--column"), std::string::npos) << said.text;
}

/// The memory of our own process, read from address 0, is a file whose reads fail with EIO.
TEST_F(input_test, in7_reports_a_read_error) {
    const auto said = complaint_of({"/proc/self/mem", input_format::text, {}});
    EXPECT_EQ(said.kind, error_kind::read);
    EXPECT_NE(said.text.find("cannot be read"), std::string::npos) << said.text;
}

TEST_F(input_test, gives_what_a_pipe_has_without_waiting_for_more) {
    const auto path = (folder_ / "pipe").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const int writer = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(writer, 0);
    const auto send = [writer](std::string_view text) {
        ASSERT_EQ(::write(writer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    };
    send("name,number\nx,1\ny,");
    input list({path, {}, {}});  // would hang if it looked beyond the first line
    EXPECT_EQ(list.size(), std::nullopt);
    record_block block;
    ASSERT_TRUE(list.read(block));
    ASSERT_EQ(block.records.size(), 1U);
    EXPECT_EQ(block.field_of(block.records[0]), "1");
    send("2\nz");
    ASSERT_TRUE(list.read(block));
    ASSERT_EQ(block.records.size(), 1U);
    EXPECT_EQ(block.field_of(block.records[0]), "2");
    EXPECT_EQ(block.records[0].line, 3U);
    EXPECT_EQ(block.lines_read, 3U);
    ::close(writer);
    ASSERT_TRUE(list.read(block));
    EXPECT_EQ(block.records.size(), 1U);
    EXPECT_FALSE(list.read(block));
}

/// Puts a pipe in the place of standard input while it lives.
class standard_input_pipe {
public:
    standard_input_pipe() : saved_(::dup(STDIN_FILENO)) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0);
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
        writer_ = ends[1];
    }
    ~standard_input_pipe() {
        ::dup2(saved_, STDIN_FILENO);
        ::close(saved_);
    }
    standard_input_pipe(const standard_input_pipe&) = delete;
    standard_input_pipe& operator=(const standard_input_pipe&) = delete;
    int writer() const { return writer_; }

private:
    int saved_;
    int writer_ = -1;
};

TEST_F(input_test, reads_standard_input_even_where_somebody_made_it_non_blocking) {
    standard_input_pipe pipe;
    std::thread sender([writer = pipe.writer()] {
        for (const auto part : {"138001"sv, "38000\n"sv, "x\n"sv}) {
            if (::write(writer, part.data(), part.size()) < 0) break;
        }
        ::close(writer);
    });
    EXPECT_EQ(read_file("-"), (records{{1, "13800138000"}, {2, "x"}}));
    sender.join();
}

}  // namespace
}  // namespace cardresolver::source
