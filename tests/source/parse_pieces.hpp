// Feeds a parser as the input does, in pieces that the test chooses.
#pragma once

#include "source/record_parser.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::source {

struct seen_record {
    std::uint64_t line;
    std::string field;
    card::invalid_reason problem = card::invalid_reason::none;
    std::string kept = {};  ///< the whole record, where the parser keeps them

    friend bool operator==(const seen_record& a, const seen_record& b) {
        return a.line == b.line && a.field == b.field && a.problem == b.problem && a.kept == b.kept;
    }
    friend std::ostream& operator<<(std::ostream& out, const seen_record& one) {
        return out << one.line << ": '" << card::escape_raw(one.field) << "' problem "
                   << static_cast<int>(one.problem) << " of '" << card::escape_raw(one.kept) << "'";
    }
};

struct seen_list {
    std::vector<seen_record> records;
    std::uint64_t lines = 0;
    std::size_t most_held_back = 0;

    friend bool operator==(const seen_list& a, const seen_list& b) {
        return a.records == b.records && a.lines == b.lines;
    }
};

inline seen_list parse_pieces(record_parser& parser, const std::vector<std::string_view>& pieces) {
    seen_list seen;
    record_block block;
    std::string held_back;
    for (std::size_t i = 0; i <= pieces.size(); ++i) {
        const bool at_end = i == pieces.size();
        block.clear_records();
        block.text = held_back;
        if (!at_end) block.text.append(pieces[i]);
        const auto done = parser.parse(block, at_end);
        EXPECT_LE(done, block.text.size());
        EXPECT_TRUE(!at_end || done == block.text.size());
        EXPECT_TRUE(block.kept_ends.empty() || block.kept_ends.size() == block.records.size());
        for (std::size_t k = 0; k < block.records.size(); ++k) {
            const auto& one = block.records[k];
            seen.records.push_back({one.line, std::string(block.field_of(one)), one.problem});
            if (!block.kept_ends.empty()) seen.records.back().kept = block.kept_of(k);
        }
        held_back = block.text.substr(done);
        seen.most_held_back = std::max(seen.most_held_back, held_back.size());
    }
    seen.lines = parser.lines();
    return seen;
}

inline std::vector<std::string_view> cut_every(std::string_view text, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
        pieces.push_back(text.substr(0, size));
    return pieces;
}

/// The list as one piece, as two with every cut, and byte by byte must come to the same.
template <typename MakeParser>
seen_list parse_all_ways(std::string_view text, MakeParser make_parser) {
    auto whole_parser = make_parser();
    const auto whole = parse_pieces(whole_parser, {text});
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        auto parser = make_parser();
        const auto seen = parse_pieces(parser, {text.substr(0, cut), text.substr(cut)});
        EXPECT_TRUE(seen == whole) << "cut at " << cut << " of " << card::escape_raw(text);
    }
    auto parser = make_parser();
    EXPECT_TRUE(parse_pieces(parser, cut_every(text, 1)) == whole) << card::escape_raw(text);
    return whole;
}

}  // namespace cardresolver::source
