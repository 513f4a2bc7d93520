// What reads a list: a file or stream, or the rows of a query.
#pragma once

#include "source/input.hpp"

namespace cardresolver::source {

/// See `input`, whose calls these are.
class list_reader {
public:
    list_reader() = default;
    list_reader(const list_reader&) = delete;
    list_reader& operator=(const list_reader&) = delete;
    virtual ~list_reader() = default;

    virtual bool read(record_block& block) = 0;
    virtual const list_columns& columns() const noexcept = 0;
    virtual bool is_known_list() const noexcept = 0;
    virtual std::optional<std::uint64_t> size() const noexcept = 0;
};

}  // namespace cardresolver::source
