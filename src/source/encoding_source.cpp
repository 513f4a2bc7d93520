#include "source/encoding_source.hpp"

#include "source/input.hpp"
#include "source/record.hpp"

#include <array>
#include <cerrno>
#include <iconv.h>

namespace cardresolver::source {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} * 1024;
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t enough_room = 4096;

/// Bytes at the start of `text` that are whole GB18030 characters beyond ASCII.
std::size_t count_foreign(std::string_view text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && static_cast<unsigned char>(text[count]) >= 0x80) {
        const auto length = gb18030_length(text.substr(count));
        if (length == 0 || length == unfinished_character) break;
        count += length;
    }
    return count;
}

}  // namespace

gb18030_decoder::gb18030_decoder() : handle_(::iconv_open("UTF-8", "GB18030")) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): so iconv_open says that it has failed
    if (handle_ == reinterpret_cast<void*>(-1)) {
        throw input_error(input_error::error_kind::unusable,
                          "is GB18030 text, which this system cannot convert (glibc's gconv modules are "
                          "missing); bring it here as UTF-8");
    }
}

gb18030_decoder::~gb18030_decoder() {
    ::iconv_close(handle_);
}

std::size_t gb18030_decoder::decode(std::string_view text, bool at_end, std::string& out) {
    std::size_t done = 0;
    while (done < text.size()) {
        const auto ascii = count_ascii(text.substr(done));
        out.append(text, done, ascii);
        done += ascii;
        if (done == text.size()) break;
        const auto foreign = count_foreign(text.substr(done));
        convert(text.substr(done, foreign), out);
        done += foreign;
        if (foreign != 0) continue;
        if (gb18030_length(text.substr(done)) == unfinished_character && !at_end) break;
        out.append(replacement_character);
        ++done;
    }
    return done;
}

/// `characters` are well-formed, but need not all have a meaning.
void gb18030_decoder::convert(std::string_view characters, std::string& out) {
    std::array<char, enough_room> made{};
    while (!characters.empty()) {
        auto* in = const_cast<char*>(characters.data());  // iconv's interface is older than const
        auto in_left = characters.size();
        auto* to = made.data();
        auto room = made.size();
        const auto result = ::iconv(handle_, &in, &in_left, &to, &room);
        const bool is_unknown = result == static_cast<std::size_t>(-1) && errno != E2BIG;
        out.append(made.data(), made.size() - room);
        characters.remove_prefix(characters.size() - in_left);
        if (is_unknown) {
            out.append(replacement_character);
            characters.remove_prefix(gb18030_length(characters));
        }
    }
}

encoding_source::encoding_source(byte_source& from, std::optional<input_encoding> encoding)
    : from_(from), encoding_(encoding) {
    if (encoding_) decide();
}

std::size_t encoding_source::read(char* to, std::size_t room) {
    if (!encoding_) {
        const auto count = read_undecided(to, room);
        if (count != 0 || !encoding_) return count;
    }
    if (decoder_) return read_gb18030(to, room);
    return held_.empty() ? from_.read(to, room) : take_held(to, room);
}

/// Passes on what is ASCII. Where it is not, decides: then it may have nothing to pass on yet.
std::size_t encoding_source::read_undecided(char* to, std::size_t room) {
    const auto count = from_.read(to, room);
    const auto ascii = count_ascii({to, count});
    if (ascii == count) return count;
    held_.assign(to + ascii, count - ascii);
    while (held_.find('\n') == std::string::npos && held_.size() <= max_record_length && hold_more()) {
    }
    encoding_ = guess_encoding(held_, is_at_end_);
    decide();
    return ascii;
}

void encoding_source::decide() {
    if (encoding_ == input_encoding::gb18030) decoder_ = std::make_unique<gb18030_decoder>();
}

/// False at the end.
bool encoding_source::hold_more() {
    const auto before = held_.size();
    held_.resize(before + block_bytes);
    const auto count = is_at_end_ ? 0 : from_.read(held_.data() + before, block_bytes);
    held_.resize(before + count);
    is_at_end_ = count == 0;
    return !is_at_end_;
}

std::size_t encoding_source::take_held(char* to, std::size_t room) {
    const auto count = held_.copy(to, room);
    held_.erase(0, count);
    return count;
}

std::size_t encoding_source::read_gb18030(char* to, std::size_t room) {
    while (taken_ == decoded_.size()) {
        decoded_.clear();
        taken_ = 0;
        held_.erase(0, decoder_->decode(held_, is_at_end_, decoded_));
        if (!decoded_.empty()) break;
        if (is_at_end_) return 0;
        hold_more();
    }
    const auto count = decoded_.copy(to, room, taken_);
    taken_ += count;
    return count;
}

}  // namespace cardresolver::source
