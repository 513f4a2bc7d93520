#include "carrier/usual_reply.hpp"

#include "card/byte_word.hpp"
#include "card/text.hpp"
#include "carrier/reply_member.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace cardresolver::carrier {
namespace {

/// More than any object of a usual reply has, and fewer than the parser takes.
constexpr int most_members = 16;

/// Shapes that are learnt from one reply. Where its items are all unlike, learning more is to no avail.
constexpr int most_learnt = 8;

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What no plain text has: a quote, a backslash, a control character.
constexpr bool ends_plain_text(char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// The same of eight bytes at once: the lowest bit that is set is the highest one of the first byte that ends
/// a plain text. (In a byte below 0x80 the highest bit shows that it was too small. What it borrows can set a
/// wrong mark in the next byte, but only behind a right one.)
constexpr std::uint64_t plain_text_ends(std::uint64_t bytes) {
    constexpr auto ones = card::in_each_byte(1);
    const auto controls = bytes - card::in_each_byte(0x20);
    const auto quotes = (bytes ^ card::in_each_byte('"')) - ones;
    const auto backslashes = (bytes ^ card::in_each_byte('\\')) - ones;
    return (controls | quotes | backslashes) & ~bytes & card::every_byte;
}

inline const char* find_end_of_plain_text(const char* at, const char* end) {
    if constexpr (std::endian::native == std::endian::little) {
        for (; end - at >= std::ptrdiff_t{sizeof(std::uint64_t)}; at += sizeof(std::uint64_t)) {
            const auto ends = plain_text_ends(card::word_at(at));
            if (ends != 0) return at + std::countr_zero(ends) / 8;
        }
    }
    while (at != end && !ends_plain_text(*at))
        ++at;
    return at;
}

/// card::trim_blanks, called only where an end is a blank or not ASCII.
std::string_view trim_blanks(std::string_view text) {
    return !text.empty() && card::is_visible(text.front()) && card::is_visible(text.back())
               ? text
               : card::trim_blanks(text);
}

/// Reads a body from its beginning to its end. What it takes it passes over; false where it is not as
/// expected.
class reader {
public:
    reader(std::string_view body, std::span<reply_item> items, item_shapes& shapes)
        : at_(body.data()), end_(at_ + body.size()), items_(items), shapes_(shapes) {}

    bool take_reply(reply_item& top) {
        if (!take_object<level::top>(top)) return false;
        skip_space();
        return at_ == end_;
    }

    /// How many items it had.
    std::size_t item_count() const { return item_count_; }

private:
    enum class level : std::uint8_t { top, item };

    void skip_space() {
        while (at_ != end_ && is_space(*at_))
            ++at_;
    }

    /// `wanted`, after any white space.
    bool take(char wanted) {
        if (at_ == end_ || *at_ != wanted) [[unlikely]] {
            skip_space();
            if (at_ == end_ || *at_ != wanted) return false;
        }
        ++at_;
        return true;
    }

    /// `wanted`, without white space before or in it.
    template <std::size_t Size>
    bool take_exactly(const char (&wanted)[Size]) {
        constexpr std::size_t size = Size - 1;
        if (static_cast<std::size_t>(end_ - at_) < size || std::memcmp(at_, wanted, size) != 0) return false;
        at_ += size;
        return true;
    }

    /// An object that has members: without any it is not a usual one.
    template <level Level>
    bool take_object(reply_item& into) {
        if (!take('{')) return false;
        for (int members = 0; members < most_members; ++members) {
            if (!take_member<Level>(into)) return false;
            if (!take(',')) return take('}');
        }
        return false;
    }

    template <level Level>
    bool take_member(reply_item& into) {
        std::string_view value;
        auto which = Level == level::item ? take_usual_beginning() : reply_member::other;
        if (which != reply_member::other) {
            if (!take_text(value)) return false;
        } else {
            std::string_view key;
            if (!take('"') || !take_text(key) || !take(':')) return false;
            which = member_named(key);
            if (Level == level::top && which == reply_member::result) return take_result();
            if (!(take('"') ? take_text(value) : take_bare(value))) return false;
        }
        auto* field = field_of(into, which);
        if (field == nullptr || value.data() == nullptr) return true;
        if (field->data() != nullptr) return false;  // twice: whether they agree is for the parser to say
        *field = trim_blanks(value);
        return true;
    }

    /// A key as the carrier spells it, as far as the quote that begins its value; `other` where no such key
    /// comes.
    reply_member take_usual_beginning() {
        constexpr std::ptrdiff_t longest = 16;
        if (end_ - at_ < longest) return reply_member::other;  // so that no comparison has bounds to check
        if (take_exactly(R"("status":")")) return reply_member::status;
        if (take_exactly(R"("message":")")) return reply_member::message;
        if (take_exactly(R"("iccid":")")) return reply_member::iccid;
        if (take_exactly(R"("imsi":")")) return reply_member::imsi;
        if (take_exactly(R"("msisdn":")")) return reply_member::msisdn;
        return reply_member::other;
    }

    /// What follows a quote, and the next one.
    bool take_text(std::string_view& text) {
        const char* const begin = at_;
        at_ = find_end_of_plain_text(at_, end_);
        if (at_ == end_ || *at_ != '"') return false;
        text = {begin, static_cast<std::size_t>(at_++ - begin)};
        return text.size() <= max_reply_string;
    }

    /// A whole number, or null, which leaves `value` as it is.
    bool take_bare(std::string_view& value) {
        if (take_exactly("null")) return true;
        const char* const begin = at_;
        while (at_ != end_ && is_digit(*at_))
            ++at_;
        value = {begin, static_cast<std::size_t>(at_ - begin)};
        return !value.empty() && value.size() <= max_reply_string &&
               (value.front() != '0' || value.size() == 1);
    }

    bool take_result() {
        if (!take('[')) return take_exactly("null");
        if (has_items_) return false;
        has_items_ = true;
        if (take(']')) return true;
        while (item_count_ < items_.size()) {
            const auto* shape = shapes_.find(rest_behind(at_));
            if (shape != nullptr) {
                take_items_of(*shape);
            } else if (!take_new_item()) {
                return false;
            }
            if (!take(',')) return take(']');
        }
        return false;
    }

    std::string_view rest_behind(const char* at) const { return {at, static_cast<std::size_t>(end_ - at)}; }

    /// An item that has this shape, and those behind it that have it too.
    void take_items_of(const item_shape& shape) {
        const char* at = at_;
        auto count = item_count_;
        while (true) {
            items_[count++] = shape.item_at(at);
            at += shape.size();
            if (count == items_.size() || at == end_ || *at != ',' || !shape.fits(rest_behind(at + 1))) break;
            ++at;
        }
        at_ = at;
        item_count_ = count;
    }

    bool take_new_item() {
        skip_space();
        const char* const begin = at_;
        auto& item = items_[item_count_++];
        item = {};
        if (!take_object<level::item>(item)) return false;
        if (learnt_ < most_learnt) {
            ++learnt_;
            shapes_.learn({begin, static_cast<std::size_t>(at_ - begin)}, item);
        }
        return true;
    }

    const char* at_;
    const char* end_;
    std::span<reply_item> items_;
    item_shapes& shapes_;
    std::size_t item_count_ = 0;
    int learnt_ = 0;
    bool has_items_ = false;
};

}  // namespace

const reply* usual_reply_decoder::decode(std::string_view body) {
    reply_item top;
    reader body_reader(body, items_, shapes_);
    if (!body_reader.take_reply(top) || top.status.empty()) return nullptr;
    reply_ = {top.status, top.message, std::span(items_).first(body_reader.item_count()), false};
    return &reply_;
}

}  // namespace cardresolver::carrier
