#include "gateway/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace yht::base {

void assertionFailed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "yht: broken invariant: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace yht::base
