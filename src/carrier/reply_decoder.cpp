#include "carrier/reply_decoder.hpp"

#include "card/text.hpp"
#include "carrier/reply_member.hpp"
#include "carrier/reply_repair.hpp"
#include "carrier/usual_reply.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cardresolver::carrier {
namespace {

namespace json = boost::json;
using boost::system::error_code;

/// Receives the parser's events (see Boost.JSON, basic_parser) and collects the known members. Level 1 is the
/// reply, items are the objects that are `result` itself or elements of it; all else is passed over.
class reply_handler {
public:
    static constexpr std::size_t max_object_size = 1000;
    static constexpr std::size_t max_array_size = max_reply_items;
    static constexpr std::size_t max_key_size = max_reply_string;
    static constexpr std::size_t max_string_size = max_reply_string;

    /// Forgets the last reply; `body` is what comes next.
    void start(std::string_view body) {
        body_ = body;
        arena_.clear();
        arena_.reserve(body.size());  // unescaping never lengthens: views into the arena stay valid
        pending_ = 0;
        items_.clear();
        top_ = {};
        has_result_ = false;
        depth_ = 0;
        item_depth_ = 0;
        result_depth_ = 0;
        current_ = reply_member::other;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code& ec) {
        ++depth_;
        const bool is_result = depth_ == 2 && current_ == reply_member::result;
        if (is_result && !begin_result(ec)) return false;
        const bool in_result = depth_ == 3 && result_depth_ == 2;
        if (is_result || in_result) {
            items_.emplace_back();
            item_depth_ = depth_;
        }
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        if (depth_ == item_depth_) item_depth_ = 0;
        --depth_;
        return true;
    }
    bool on_array_begin(error_code& ec) {
        ++depth_;
        const bool is_result = depth_ == 2 && current_ == reply_member::result;
        if (is_result && !begin_result(ec)) return false;
        if (is_result) result_depth_ = 2;
        return true;
    }
    bool on_array_end(std::size_t, error_code&) {
        if (depth_ == result_depth_) result_depth_ = 0;
        --depth_;
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        const auto key = finish(part);
        // Keys deeper than the level that is collected must not steal the members of that level.
        if (depth_ == 1 || depth_ == item_depth_) current_ = member_named(key);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(json::string_view part, std::size_t, error_code& ec) {
        return take_value(finish(part), ec);
    }
    bool on_number_part(json::string_view part, error_code& ec) {
        return check_number(part, ec) && collect(part);
    }
    bool on_int64(std::int64_t, json::string_view part, error_code& ec) { return take_number(part, ec); }
    bool on_uint64(std::uint64_t, json::string_view part, error_code& ec) { return take_number(part, ec); }
    bool on_double(double, json::string_view part, error_code& ec) { return take_number(part, ec); }
    bool on_bool(bool value, error_code& ec) { return take_value(value ? "true" : "false", ec); }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

    /// Whether the document was an object with a status.
    bool is_reply() const { return !top_.status.empty(); }

    void fill(reply& out) const {
        out.status = top_.status;
        out.message = top_.message;
        out.items = items_;
    }

private:
    bool collect(json::string_view part) {
        arena_.append(part.data(), part.size());
        return true;
    }

    /// The whole text that ends with `part`. The parser gives a text that needs no unescaping in one piece,
    /// out of the body; the pieces of any other are put together in the arena.
    std::string_view finish(json::string_view part) {
        if (pending_ == arena_.size() && is_in_body(part)) return {part.data(), part.size()};
        collect(part);
        const auto whole = std::string_view(arena_).substr(pending_);
        pending_ = arena_.size();
        return whole;
    }
    bool is_in_body(json::string_view part) const {
        const std::less_equal<> not_after;  // a total order, also between unrelated pointers
        return not_after(body_.data(), part.data()) && not_after(part.data(), body_.data() + body_.size());
    }
    bool take_number(json::string_view part, error_code& ec) {
        return check_number(part, ec) && take_value(finish(part), ec);
    }
    /// The parser bounds strings, not numbers.
    bool check_number(json::string_view part, error_code& ec) const {
        if (arena_.size() - pending_ + part.size() <= max_reply_string) return true;
        ec = json::error::string_too_large;
        return false;
    }

    /// Two results contradict each other, unless one of them is no object or array at all.
    bool begin_result(error_code& ec) {
        if (has_result_) ec = json::error::syntax;
        return !std::exchange(has_result_, true);
    }

    bool take_value(std::string_view text, error_code& ec) {
        auto* level = depth_ == 1 ? &top_ : depth_ == item_depth_ && depth_ != 0 ? &items_.back() : nullptr;
        auto* field = level == nullptr ? nullptr : field_of(*level, current_);
        if (field == nullptr) return true;
        const auto value = card::trim_blanks(text);
        if (field->data() != nullptr && *field != value) {
            ec = json::error::syntax;  // two different values for one key
            return false;
        }
        *field = value;
        return true;
    }

    std::string_view body_;
    std::string arena_;        ///< texts that are not in the body as they are
    std::size_t pending_ = 0;  ///< where in it the text begins that is being put together
    std::vector<reply_item> items_;
    reply_item top_;
    bool has_result_ = false;  ///< an object or an array
    std::size_t depth_ = 0;
    std::size_t item_depth_ = 0;    ///< depth of the item that is being read; 0: none
    std::size_t result_depth_ = 0;  ///< depth of the result array while inside it; 0: outside
    reply_member current_ = reply_member::other;
};

json::parse_options tolerant_options() {
    json::parse_options options;
    options.max_depth = max_reply_depth;
    options.allow_invalid_utf8 = true;  // one bad byte in a message must not cost a hundred answers
    return options;
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

class reply_decoder::implementation {
public:
    const reply* decode(std::string_view body) {
        const auto* usual = usual_.decode(body);
        return usual != nullptr ? usual : decode_any(body);
    }

    const reply* decode_any(std::string_view body) {
        if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
        reply_.repaired = false;
        if (!parse(body)) {
            if (!insert_missing_commas(body, repaired_) || !parse(repaired_)) return nullptr;
            reply_.repaired = true;
        }
        parser_.handler().fill(reply_);
        return &reply_;
    }

private:
    bool parse(std::string_view text) {
        parser_.reset();
        parser_.handler().start(text);
        error_code ec;
        const auto consumed = parser_.write_some(false, text.data(), text.size(), ec);
        if (ec.failed() || !parser_.handler().is_reply()) return false;
        for (const char c : text.substr(consumed)) {
            if (!is_space(c)) return false;
        }
        return true;
    }

    usual_reply_decoder usual_;
    json::basic_parser<reply_handler> parser_{tolerant_options()};
    std::string repaired_;
    reply reply_;
};

reply_decoder::reply_decoder() : implementation_(std::make_unique<implementation>()) {}
reply_decoder::~reply_decoder() = default;

const reply* reply_decoder::decode(std::string_view body) {
    return implementation_->decode(body);
}

const reply* reply_decoder::decode_any(std::string_view body) {
    return implementation_->decode_any(body);
}

}  // namespace cardresolver::carrier
