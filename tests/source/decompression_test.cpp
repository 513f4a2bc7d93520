// Compressed lists, whole and damaged, in pieces of any size.
#include "source/decompression.hpp"

#include "source/byte_pieces.hpp"
#include "source/parse_pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <zlib.h>
#include <zstd.h>

namespace cardresolver::source {
namespace {

using namespace std::string_view_literals;

std::string gzip(std::string_view text) {
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text) {
    auto* const context = ::ZSTD_createCCtx();
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    const auto size = ::ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
    EXPECT_EQ(::ZSTD_isError(size), 0U);
    ::ZSTD_freeCCtx(context);
    out.resize(size);
    return out;
}

struct codec {
    const char* name;
    compression how;
    std::string (*compress)(std::string_view);
};
constexpr std::array codecs{codec{"gzip", compression::gzip, gzip}, codec{"zstd", compression::zstd, zstd}};

std::string numbers(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += std::to_string(13'800'000'000 + i * 7'919 % 10'000'000) + "\n";
    return text;
}

read_bytes decompress(const codec& how, const std::vector<std::string_view>& pieces,
                      std::size_t room = 65'536) {
    byte_pieces from(pieces);
    const auto stage = make_decompressor(how.how, from);
    return read_to_end(*stage, room);
}

TEST(decompression, is_asked_for_by_the_first_bytes) {
    struct row {
        std::string_view first_bytes;
        std::optional<compression> found;
        compression found_at_end;
    };
    const std::array rows{
        row{"", {}, compression::none},
        row{"1", compression::none, compression::none},
        row{"\x1F", {}, compression::none},
        row{"\x1F\x8B", compression::gzip, compression::gzip},
        row{"\x1F\x8C", compression::none, compression::none},
        row{"(", {}, compression::none},
        row{"\x28\xB5\x2F", {}, compression::none},
        row{"\x28\xB5\x2F\xFD", compression::zstd, compression::zstd},
        row{"\x28\xB5/1", compression::none, compression::none},
        row{"P", {}, compression::none},
        row{"\x5F\x2A\x4D", {}, compression::none},
        row{"\x50\x2A\x4D\x18", compression::zstd, compression::zstd},
        row{"\x5F\x2A\x4D\x18", compression::zstd, compression::zstd},
        row{"\x60\x2A\x4D\x18", compression::none, compression::none},
        row{"PK\x03\x04", compression::none, compression::none},
    };
    for (const auto& one : rows) {
        EXPECT_EQ(detect_compression(one.first_bytes, false), one.found) << card::escape_raw(one.first_bytes);
        EXPECT_EQ(detect_compression(one.first_bytes, true), one.found_at_end)
            << card::escape_raw(one.first_bytes);
    }
}

TEST(decompression, gives_the_same_however_the_bytes_are_cut) {
    const auto text = numbers(40);
    for (const auto& how : codecs) {
        const auto packed = how.compress(text) + how.compress("") + how.compress("x\n");
        const read_bytes expected{text + "x\n", "", {}};
        for (std::size_t cut = 0; cut <= packed.size(); ++cut) {
            const std::string_view all = packed;
            EXPECT_EQ(decompress(how, {all.substr(0, cut), all.substr(cut)}), expected) << how.name << cut;
        }
        EXPECT_EQ(decompress(how, cut_every(packed, 1), 1), expected) << how.name;
        EXPECT_EQ(decompress(how, cut_every(packed, 3), 7), expected) << how.name;
    }
}

TEST(decompression, reads_long_lists_of_many_members) {
    const auto text = numbers(100'000);
    for (const auto& how : codecs) {
        std::string packed;
        for (const auto piece : cut_every(text, 150'000))
            packed += how.compress(piece);
        EXPECT_EQ(decompress(how, cut_every(packed, 10'000)), (read_bytes{text, "", {}})) << how.name;
    }
}

TEST(decompression, a_list_that_is_cut_off_never_looks_complete) {
    const auto text = numbers(40);
    for (const auto& how : codecs) {
        const auto first = how.compress(text);
        const auto packed = first + how.compress("x\n");
        for (std::size_t length = 1; length < packed.size(); ++length) {
            const auto seen = decompress(how, {std::string_view(packed).substr(0, length)});
            if (length == first.size()) {
                EXPECT_EQ(seen, (read_bytes{text, "", {}}));
                continue;
            }
            EXPECT_EQ(seen.kind, input_error::error_kind::unusable) << how.name << length;
            EXPECT_NE(seen.complaint.find("cut off at byte " + std::to_string(length)), std::string::npos)
                << how.name << ": " << seen.complaint;
            EXPECT_EQ((text + "x\n").compare(0, seen.bytes.size(), seen.bytes), 0);
        }
    }
}

TEST(decompression, damage_is_noticed_wherever_it_is) {
    const auto text = numbers(40);
    for (const auto& how : codecs) {
        const auto packed = how.compress(text);
        for (std::size_t at = 0; at < packed.size(); ++at) {
            // gzip's header fields of time and system carry no content and have no checksum
            if (how.how == compression::gzip && at >= 4 && at < 10) continue;
            auto damaged = packed;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            const auto seen = decompress(how, {damaged});
            EXPECT_EQ(seen.kind, input_error::error_kind::unusable) << how.name << " byte " << at;
            EXPECT_NE(seen.complaint.find(" at byte "), std::string::npos) << seen.complaint;
        }
    }
}

TEST(decompression, says_what_stands_behind_the_data) {
    for (const auto& how : codecs) {
        const auto seen = decompress(how, {how.compress("1\n") + "\r\n1234567890"});
        EXPECT_EQ(seen.bytes, "1\n");
        EXPECT_NE(seen.complaint.find("something else stands behind"), std::string::npos) << seen.complaint;
    }
    const auto member = gzip("1\n");
    EXPECT_EQ(decompress(codecs[0], {member, "\0"sv, "\0\0\0"sv}), (read_bytes{"1\n", "", {}}));
    EXPECT_NE(decompress(codecs[0], {member, "\0\0x"sv}).complaint, "");
    EXPECT_NE(decompress(codecs[0], {member, "\0"sv, member}).complaint, "");
}

TEST(decompression, skips_the_frames_of_zstd_that_hold_no_data) {
    const auto skippable = std::string("\x53\x2A\x4D\x18\x03\0\0\0abc"sv);
    EXPECT_EQ(decompress(codecs[1], {skippable + zstd("1\n") + skippable}), (read_bytes{"1\n", "", {}}));
}

/// Frames by hand: magic, a window of 2^(10 + n / 8) bytes, one last raw block with an x.
TEST(decompression, bounds_the_memory_that_a_zstd_file_may_ask_for) {
    EXPECT_EQ(decompress(codecs[1], {"\x28\xB5\x2F\xFD\x00\x88\x09\x00\x00x"sv}), (read_bytes{"x", "", {}}));
    const auto seen = decompress(codecs[1], {"\x28\xB5\x2F\xFD\x00\x90\x09\x00\x00x"sv});
    EXPECT_EQ(seen.kind, input_error::error_kind::unusable);
    EXPECT_NE(seen.complaint.find("128 MiB"), std::string::npos) << seen.complaint;
}

TEST(decompression, knows_the_name_without_its_ending) {
    EXPECT_EQ(without_compression_ending("a/list.csv.gz"), "a/list.csv");
    EXPECT_EQ(without_compression_ending("list.ZST"), "list");
    EXPECT_EQ(without_compression_ending("list.csv"), "list.csv");
}

}  // namespace
}  // namespace cardresolver::source
