// Invariants that stay checked in release: a broken one ends the process, because going on would lose or
// mix up cards, and starting again is safe.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CARDRESOLVER_VERIFY(condition)                                                                \
    do {                                                                                              \
        if (!(condition)) [[unlikely]] {                                                              \
            std::fprintf(stderr, "cardresolver: internal fault: %s at %s:%d\n", #condition, __FILE__, \
                         __LINE__);                                                                   \
            std::abort();                                                                             \
        }                                                                                             \
    } while (false)
