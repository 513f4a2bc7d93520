#include "source/ndjson_object.hpp"

#include "source/column_name.hpp"
#include "source/record.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <functional>
#include <vector>

namespace cardresolver::source {
namespace {

namespace json = boost::json;
using boost::system::error_code;
using card::invalid_reason;

/// What an object says under one of the names that are looked for.
struct candidate {
    enum class content : std::uint8_t { absent, null, text, not_text, ambiguous };

    std::string name;
    content found = content::absent;
    std::string_view text;

    void take(content what, std::string_view value) noexcept {
        const bool is_repeated = found == content::absent || (found == what && text == value);
        found = is_repeated ? what : content::ambiguous;
        text = value;
    }
};

std::vector<candidate> candidates_for(const std::string& column) {
    std::vector<candidate> candidates;
    if (!column.empty()) {
        candidates.push_back({column, {}, {}});
    } else {
        for (const auto known : known_columns)
            candidates.push_back({std::string(known), {}, {}});
    }
    return candidates;
}

/// Receives the parser's events (see Boost.JSON, basic_parser) and keeps the candidates of the outermost
/// object; all else is passed over.
class object_handler {
public:
    static constexpr std::size_t max_object_size = max_record_length;
    static constexpr std::size_t max_array_size = max_record_length;
    static constexpr std::size_t max_key_size = max_record_length;
    static constexpr std::size_t max_string_size = max_record_length;

    explicit object_handler(const std::string& column) : candidates_(candidates_for(column)) {}

    /// Forgets the last object; `line` is what comes next.
    void start(std::string_view line) {
        line_ = line;
        arena_.clear();
        arena_.reserve(line.size());  // unescaping never lengthens: views into the arena stay valid
        pending_ = 0;
        depth_ = 0;
        is_object_ = false;
        current_ = nullptr;
        for (auto& one : candidates_) {
            one.found = candidate::content::absent;
            one.text = {};
        }
    }

    bool is_object() const noexcept { return is_object_; }

    ndjson_field choose(std::string_view line) const noexcept {
        bool has_null = false;
        for (const auto& one : candidates_) {
            switch (one.found) {
                case candidate::content::text:
                    return {one.text, invalid_reason::none};
                case candidate::content::not_text:
                    return {line, invalid_reason::json_not_text};
                case candidate::content::ambiguous:
                    return {line, invalid_reason::json_ambiguous};
                case candidate::content::null:
                    has_null = true;
                    break;
                case candidate::content::absent:
                    break;
            }
        }
        if (has_null) return {line.substr(0, 0), invalid_reason::none};
        return {line, invalid_reason::json_no_field};
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        is_object_ = is_object_ || depth_ == 0;
        return enter();
    }
    bool on_object_end(std::size_t, error_code&) { return leave(); }
    bool on_array_begin(error_code&) { return enter(); }
    bool on_array_end(std::size_t, error_code&) { return leave(); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        const auto key = finish(part);
        if (depth_ == 1) current_ = candidate_named(key);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(json::string_view part, std::size_t, error_code&) { return take_text(finish(part)); }
    bool on_number_part(json::string_view part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t, json::string_view part, error_code&) { return take_text(finish(part)); }
    bool on_uint64(std::uint64_t, json::string_view part, error_code&) { return take_text(finish(part)); }
    bool on_double(double, json::string_view part, error_code&) { return take_text(finish(part)); }
    bool on_bool(bool, error_code&) { return take(candidate::content::not_text, {}); }
    bool on_null(error_code&) { return take(candidate::content::null, {}); }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    bool enter() {
        take(candidate::content::not_text, {});
        ++depth_;
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool take_text(std::string_view text) { return take(candidate::content::text, text); }
    bool take(candidate::content what, std::string_view text) {
        if (depth_ == 1 && current_ != nullptr) current_->take(what, text);
        return true;
    }

    candidate* candidate_named(std::string_view key) noexcept {
        for (auto& one : candidates_) {
            if (is_same_name(key, one.name)) return &one;
        }
        return nullptr;
    }

    bool collect(json::string_view part) {
        arena_.append(part.data(), part.size());
        return true;
    }
    /// The whole text that ends with `part`. The parser gives a text that needs no unescaping in one piece,
    /// out of the line; the pieces of any other are put together in the arena.
    std::string_view finish(json::string_view part) {
        if (pending_ == arena_.size() && is_in_line(part)) return {part.data(), part.size()};
        collect(part);
        const auto whole = std::string_view(arena_).substr(pending_);
        pending_ = arena_.size();
        return whole;
    }
    bool is_in_line(json::string_view part) const {
        const std::less_equal<> not_after;  // a total order, also between unrelated pointers
        return not_after(line_.data(), part.data()) && not_after(part.data(), line_.data() + line_.size());
    }

    std::vector<candidate> candidates_;
    std::string_view line_;
    std::string arena_;        ///< texts that are not in the line as they are
    std::size_t pending_ = 0;  ///< where in it the text begins that is being put together
    std::size_t depth_ = 0;
    bool is_object_ = false;
    candidate* current_ = nullptr;  ///< of the key that came last in the outermost object
};

json::parse_options tolerant_options() {
    json::parse_options options;
    options.max_depth = max_json_depth;
    options.allow_invalid_utf8 = true;
    return options;
}

bool has_json_blanks_alone(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

class ndjson_object_reader::implementation {
public:
    explicit implementation(const std::string& column) : parser_(tolerant_options(), column) {}

    ndjson_field find(std::string_view line) {
        parser_.reset();
        parser_.handler().start(line);
        error_code ec;
        const auto consumed = parser_.write_some(false, line.data(), line.size(), ec);
        const bool is_whole = !ec.failed() && has_json_blanks_alone(line.substr(consumed));
        if (!is_whole || !parser_.handler().is_object()) return {line, invalid_reason::json_malformed};
        return parser_.handler().choose(line);
    }

private:
    json::basic_parser<object_handler> parser_;
};

ndjson_object_reader::ndjson_object_reader(const std::string& column)
    : implementation_(std::make_unique<implementation>(column)) {}
ndjson_object_reader::~ndjson_object_reader() = default;

ndjson_field ndjson_object_reader::find(std::string_view line) {
    return implementation_->find(line);
}

}  // namespace cardresolver::source
