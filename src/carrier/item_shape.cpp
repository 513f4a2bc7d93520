#include "carrier/item_shape.hpp"

#include "card/byte_word.hpp"

#include <cstring>

namespace cardresolver::carrier {

bool item_shape::learn(std::string_view text, const reply_item& item, std::uint64_t id) noexcept {
    if (text.size() < min_size || text.size() > max_size) return false;
    size_ = text.size();
    std::memcpy(lowest_.data(), text.data(), size_);
    std::memset(spread_.data(), 0, size_);
    const auto place_of = [text](std::string_view part) -> place {
        if (part.data() == nullptr) return {};
        return {static_cast<std::uint16_t>(part.data() - text.data()),
                static_cast<std::uint16_t>(part.size())};
    };
    status_ = place_of(item.status);
    message_ = place_of(item.message);
    iccid_ = place_of(item.iccid);
    imsi_ = place_of(item.imsi);
    msisdn_ = place_of(item.msisdn);
    id_ = id;
    vary(text, iccid_, 'Z');
    vary(text, imsi_, '9');
    vary(text, msisdn_, '9');
    return true;
}

void item_shape::vary(std::string_view text, place at, char highest) noexcept {
    constexpr char lowest = '0';
    if (at.size == 0) return;
    const auto number = text.substr(at.offset, at.size);
    // Without quotes it would have to begin with another digit than 0; with a blank in between, to be
    // trimmed.
    if (text[at.offset - 1U] != '"' || text[at.offset + at.size] != '"') return;
    const auto in_range = [=](std::uint64_t word) { return card::bytes_between(word, lowest, highest); };
    if (!card::all_bytes(number, in_range)) return;
    std::memset(&lowest_[at.offset], lowest, at.size);
    std::memset(&spread_[at.offset], highest - lowest, at.size);
}

bool item_shape::fits_by_bytes(std::string_view text) const noexcept {
    if (text.size() < size_) return false;
    for (std::size_t at = 0; at < size_; ++at) {
        const auto above = static_cast<unsigned char>(static_cast<unsigned char>(text[at]) - lowest_[at]);
        if (above > spread_[at]) return false;
    }
    return true;
}

void item_shapes::learn(std::string_view text, const reply_item& item) noexcept {
    if (!shapes_[oldest_].learn(text, item, ++learnt_)) return;
    latest_ = oldest_;
    oldest_ = (oldest_ + 1) % shapes_.size();
}

const item_shape* item_shapes::find_another(std::string_view text) noexcept {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
        // Mostly an item of another shape has another size, and that shows at one byte.
        const auto size = shapes_[i].size();
        if (text.size() < size || text[size - 1] != '}' || !shapes_[i].fits(text)) continue;
        latest_ = i;
        return &shapes_[i];
    }
    return nullptr;
}

}  // namespace cardresolver::carrier
