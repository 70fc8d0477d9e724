// How large a siege is, and what came of it. Uses: std. Used by: bed, scenarios.
#pragma once

#include <cstddef>

namespace yht::bench {

/// Connections of each kind (partner-sim siege).
struct SiegeSize {
    std::size_t idle = 500, dribbling = 100, forging = 8, oversized = 1;
};

struct SiegeEnd {
    double seconds = 0;  // from when all of it was there
    double cpu_s = 0;    // of the besieger, from its start
    double forged_refused = 0, oversized_refused = 0, dribblers_opened = 0;
};

}  // namespace yht::bench
