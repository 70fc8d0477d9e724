// What one core does at the moment: SHA-256 of 2 KB, ECDSA P-256 verify. Machines have slow phases;
// figures are compared with what stood beside them. Uses: crypto. Used by: the scenarios.
#pragma once

#include "tools/bench/figures.h"

namespace yht::bench {

struct Calibration {
    double sha256_per_s = 0, ecdsa_verify_per_s = 0;  // one thread
};
/// Takes about a second.
Calibration calibrate();
void add(Report& report, const Calibration& calibration);

}  // namespace yht::bench
