// Reads our rows back. Written apart from the product's code, and strict: any deviation throws.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::sink {

/// Whether `text` is well-formed UTF-8, by the table of the Unicode standard (table 3-7).
inline bool is_utf8(std::string_view text) {
    struct form {
        unsigned first, last, second_first, second_last, length;
    };
    constexpr std::array<form, 9> forms{{{0x00, 0x7F, 0, 0, 1},
                                         {0xC2, 0xDF, 0x80, 0xBF, 2},
                                         {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                         {0xE1, 0xEC, 0x80, 0xBF, 3},
                                         {0xED, 0xED, 0x80, 0x9F, 3},
                                         {0xEE, 0xEF, 0x80, 0xBF, 3},
                                         {0xF0, 0xF0, 0x90, 0xBF, 4},
                                         {0xF1, 0xF3, 0x80, 0xBF, 4},
                                         {0xF4, 0xF4, 0x80, 0x8F, 4}}};
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 0;
        for (const auto& one : forms) {
            if (at(i) < one.first || at(i) > one.last) continue;
            if (one.length > 1 && (at(i + 1) < one.second_first || at(i + 1) > one.second_last)) continue;
            length = one.length;
        }
        if (length == 0) return false;
        for (std::size_t k = 2; k < length; ++k) {
            if (at(i + k) < 0x80 || at(i + k) > 0xBF) return false;
        }
        i += length;
    }
    return true;
}

inline void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

/// One CSV record (RFC 4180) with its LF, and nothing behind it.
inline std::vector<std::string> parse_csv_row(std::string_view text) {
    std::vector<std::string> fields(1);
    std::size_t i = 0;
    for (;;) {
        if (i < text.size() && text[i] == '"') {
            for (++i;; ++i) {
                require(i < text.size(), "open quote");
                if (text[i] == '"' && (i + 1 >= text.size() || text[i + 1] != '"')) break;
                if (text[i] == '"') ++i;
                fields.back().push_back(text[i]);
            }
            ++i;
        } else {
            for (; i < text.size() && text[i] != ',' && text[i] != '\n'; ++i) {
                require(text[i] != '"' && text[i] != '\r', "unquoted special character");
                fields.back().push_back(text[i]);
            }
        }
        require(i < text.size(), "no line end");
        if (text[i] == '\n') break;
        require(text[i] == ',', "text behind a closing quote");
        ++i;
        fields.emplace_back();
    }
    require(i + 1 == text.size(), "more than one record");
    return fields;
}

/// A member's value: nothing for null. Numbers come as their digits, marked by a leading '#'.
using json_value = std::optional<std::string>;

class json_row_parser {
public:
    explicit json_row_parser(std::string_view text) : text_(text) {}

    std::vector<std::pair<std::string, json_value>> parse() {
        std::vector<std::pair<std::string, json_value>> members;
        expect('{');
        do {
            auto name = string();
            expect(':');
            members.emplace_back(std::move(name), value());
        } while (accept(','));
        expect('}');
        expect('\n');
        require(position_ == text_.size(), "more than one row");
        return members;
    }

private:
    char next() {
        require(position_ < text_.size(), "ends early");
        return text_[position_++];
    }
    void expect(char wanted) { require(next() == wanted, "unexpected character"); }
    bool accept(char wanted) {
        if (position_ >= text_.size() || text_[position_] != wanted) return false;
        ++position_;
        return true;
    }

    json_value value() {
        require(position_ < text_.size(), "ends early");
        if (text_[position_] == '"') return string();
        if (accept('n')) {
            for (const char c : std::string_view("ull"))
                expect(c);
            return std::nullopt;
        }
        std::string number = "#";
        while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9')
            number += next();
        require(number.size() > 1, "neither string, null nor number");
        return number;
    }

    std::string string() {
        std::string out;
        expect('"');
        for (char c = next(); c != '"'; c = next()) {
            require(static_cast<unsigned char>(c) >= 0x20, "raw control character");
            out += c == '\\' ? escaped() : c;
        }
        return out;
    }

    char escaped() {
        static const std::map<char, char> simple{
            {'"', '"'}, {'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}};
        const char c = next();
        if (const auto found = simple.find(c); found != simple.end()) return found->second;
        require(c == 'u', "unknown escape");
        unsigned code = 0;
        const auto digits = text_.substr(position_, 4);
        const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        require(digits.size() == 4 && result.ptr == digits.data() + 4 && code < 0x80, "bad \\u escape");
        position_ += 4;
        return static_cast<char>(code);
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

}  // namespace cardresolver::sink
