// YHT_ASSERT: our own invariants, on in release. A gateway that signs on a broken invariant is worse
// than one that restarts. Never for input: input is refused with a Result.
// Uses: std. Used by: everything.
#pragma once

namespace yht::base {

/// Prints the expression and its place to standard error and aborts. Never returns.
[[noreturn]] void assertionFailed(const char* expression, const char* file, int line);

}  // namespace yht::base

#define YHT_ASSERT(expression) \
    ((expression) ? static_cast<void>(0) \
                  : ::yht::base::assertionFailed(#expression, __FILE__, __LINE__))
