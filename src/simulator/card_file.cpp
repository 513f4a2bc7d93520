#include "simulator/card_file.hpp"

#include "simulator/hashing.hpp"
#include "simulator/number_shape.hpp"
#include "simulator/simulator.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace cardresolver::simulator {
namespace {

[[noreturn]] void refuse(std::uint64_t line, const std::string& why) {
    throw unusable_cards("cards file, line " + std::to_string(line) + ": " + why);
}

/// Splits at commas; quotes around a whole field are taken off.
std::vector<std::string_view> split_fields(std::string_view line) {
    std::vector<std::string_view> fields;
    for (;;) {
        const auto comma = line.find(',');
        auto field = line.substr(0, comma);
        if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
            field = field.substr(1, field.size() - 2);
        }
        fields.push_back(field);
        if (comma == std::string_view::npos) return fields;
        line.remove_prefix(comma + 1);
    }
}

std::string_view without_line_end(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

using column_places = std::array<std::size_t, card::card_kind_count>;

column_places read_header(std::string_view line) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    const auto names = split_fields(line);
    column_places places{};
    for (const auto kind : card::all_card_kinds) {
        const auto found = std::find(names.begin(), names.end(), card::to_string(kind));
        if (found == names.end()) refuse(1, "no column " + std::string(card::to_string(kind)));
        places[card::index_of(kind)] = static_cast<std::size_t>(found - names.begin());
    }
    return places;
}

std::string_view field_of(const std::vector<std::string_view>& fields, const column_places& places,
                          card::card_kind kind, std::uint64_t line) {
    const auto place = places[card::index_of(kind)];
    const auto field = place < fields.size() ? fields[place] : std::string_view{};
    if (!field.empty() && !is_well_formed(kind, field)) {
        refuse(line, std::string(card::to_string(kind)) + " is malformed");
    }
    return field;
}

}  // namespace

card_file card_file::read(std::istream& in) {
    card_file file;
    std::string text;
    if (!std::getline(in, text)) refuse(1, "the header is missing");
    const auto places = read_header(without_line_end(text));
    for (std::uint64_t line = 2; std::getline(in, text); ++line) {
        const auto record = without_line_end(text);
        if (record.empty()) continue;
        const auto fields = split_fields(record);
        const card_triple card{short_text<20>(field_of(fields, places, card::card_kind::iccid, line)),
                               short_text<13>(field_of(fields, places, card::card_kind::msisdn, line)),
                               short_text<15>(field_of(fields, places, card::card_kind::imsi, line))};
        file.add(card, line);
    }
    if (in.bad()) throw std::runtime_error("cards file: read error");
    for (const auto kind : card::all_card_kinds) {
        file.build_index(kind);
    }
    file.lines_ = {};
    return file;
}

card_file card_file::load(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read cards file " + path + ": " + std::strerror(errno));
    return read(in);
}

const card_triple* card_file::find(card::card_kind kind, std::string_view number) const noexcept {
    const auto& index = indexes_[card::index_of(kind)];
    const auto mask = index.size() - 1;
    for (auto place = mix(fnv1a(number)) & mask;; place = (place + 1) & mask) {
        const auto entry = index[place];
        if (entry == 0) return nullptr;
        const auto& card = cards_[entry - 1];
        if (number_of(card, kind) == number) return &card;
    }
}

void card_file::add(const card_triple& card, std::uint64_t line) {
    if (cards_.size() >= std::numeric_limits<std::uint32_t>::max() - 1) refuse(line, "too many cards");
    cards_.push_back(card);
    lines_.push_back(line);
}

void card_file::build_index(card::card_kind kind) {
    auto& index = indexes_[card::index_of(kind)];
    index.assign(std::bit_ceil(cards_.size() * 2 + 2), 0);
    const auto mask = index.size() - 1;
    for (std::size_t i = 0; i < cards_.size(); ++i) {
        const auto number = number_of(cards_[i], kind);
        if (number.empty()) continue;
        auto place = mix(fnv1a(number)) & mask;
        while (index[place] != 0) {
            if (number_of(cards_[index[place] - 1], kind) == number) {
                refuse(lines_[i], std::string(card::to_string(kind)) + " stands in the file already");
            }
            place = (place + 1) & mask;
        }
        index[place] = static_cast<std::uint32_t>(i + 1);
    }
}

}  // namespace cardresolver::simulator
