// The list as the run sees it: opened once, read block by block on the source's own thread.
#pragma once

#include "card/kind.hpp"
#include "source/encoding.hpp"
#include "source/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace cardresolver::source {

/// What messages call the input: its path in quotes, printable; or "the query of 'cards.db'".
std::string name_of_input(const std::string& path);

enum class input_format : std::uint8_t { text, csv, ndjson };

struct input_settings {
    std::string path;                    ///< a file; `-` or empty: standard input; or a database's query
    std::optional<input_format> format;  ///< none: guess
    std::string column;  ///< CSV column or NDJSON field with the number; empty: number, iccid, imsi or msisdn
    std::optional<input_encoding> encoding = {};  ///< none: guess
    bool keeps_columns = false;                   ///< blocks carry the whole text of each record, too
};

/// What the records of a list are made of.
struct list_columns {
    input_format format = input_format::text;
    char delimiter = ',';            ///< of a CSV
    bool has_header = false;         ///< of a CSV: its first record names the columns
    std::vector<std::string> names;  ///< fields of a CSV's first record, whether it is a header or not
};

/// Why the input cannot be used. `kind` decides the exit code.
class input_error : public std::runtime_error {
public:
    enum class error_kind : std::uint8_t {
        not_found,  ///< no such input, not readable, or a folder: exit 66
        unusable,   ///< no usable column, or no list at all (compressed, UTF-16, binary): exit 65
        mismatch,   ///< it is a list, but not one for what else is asked: exit 64
        read        ///< a read failed under way: exit 74
    };
    input_error(error_kind what, const std::string& why) : std::runtime_error(why), kind(what) {}
    error_kind kind;
};

class list_reader;

/// Blocking; one thread. Throws `input_error`. In the steady state `read` does not allocate.
class input {
public:
    /// Opens and looks at the first line: content, format, delimiter, header, column. Waits for no more than
    /// that line (a CSV header with a line break inside quotes: for the header).
    ///
    /// `resumption`: a place that an earlier look at the same list has given (`record_block::begins_at`), and
    /// what was read then (`record_block::consumed`). A regular file is read from there; it is for the caller
    /// to know that it is the same file. Anything else, standard input among it, is read again from its
    /// beginning, and where that is not what was read then, `read` throws `unusable`.
    ///
    /// A query (`sqlite:FILE?query=…`) is a list with a header: each of its rows is a record, the first one
    /// that of line 1, also where all of its columns are NULL or empty. `format` and `encoding` mean nothing
    /// to it.
    explicit input(const input_settings& settings, const input_resumption& resumption = {});
    ~input();
    input(const input&) = delete;
    input& operator=(const input&) = delete;

    /// Fills `block` with what the next read gave (24 KiB, or what a pipe has at once, behind the beginning
    /// of a record that the last block ended with); a block may hold no record. False at the end of the list,
    /// with `block` empty but for its counters.
    bool read(record_block& block);

    const list_columns& columns() const noexcept;

    /// Whether it is known to be the list that was read before; at once where there is nothing to compare.
    bool is_known_list() const noexcept;

    /// Size of a regular file; nothing for a pipe.
    std::optional<std::uint64_t> size() const noexcept;

private:
    std::unique_ptr<list_reader> reader_;
};

}  // namespace cardresolver::source
