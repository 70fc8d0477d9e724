#include "gateway/base/heap.h"

#include <malloc.h>

namespace yht::base {

void keepFreedMemory() {
    constexpr int kArenaKeepsBytes = 1 << 20;
    constexpr int kMappedFromBytes = 8 << 20;
    // A sanitizer's heap has no such settings, and says so; nothing depends on them.
    ::mallopt(M_TRIM_THRESHOLD, kArenaKeepsBytes);
    ::mallopt(M_MMAP_THRESHOLD, kMappedFromBytes);
}

}  // namespace yht::base
