// The carrier's ordinary reply, read in one pass and without a copy.
//
// The claim: what this takes, the parser behind `reply_decoder::decode_any` takes as well, without a repair,
// and both give the same, byte for byte. What it takes is an object of plain texts (no escape), whole numbers
// and nulls, whose `result` is an array of such objects, null or absent, within the limits of
// `reply_decoder`; at the least doubt it gives up, and the parser decides. Proved by a table and by comparing
// the two over replies that are generated, cut and mutated (tests/carrier/usual_reply_test.cpp), and over
// what a fuzzer comes up with (tests/fuzz/fuzz_usual_reply.cpp).
#pragma once

#include "carrier/item_shape.hpp"
#include "carrier/reply.hpp"
#include "carrier/reply_decoder.hpp"

#include <array>
#include <string_view>

namespace cardresolver::carrier {

/// Decodes usual replies one after the other, with a buffer that is kept, and the shapes of the last items.
class usual_reply_decoder {
public:
    /// The reply, valid until the next call and as long as `body`, which its views point into; null where it
    /// is not a usual one, which says nothing about whether it is well-formed.
    const reply* decode(std::string_view body);

private:
    std::array<reply_item, max_reply_items> items_;
    item_shapes shapes_;
    reply reply_;
};

}  // namespace cardresolver::carrier
