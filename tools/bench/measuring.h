// One load on one bed, and the rows that it gives. Uses: bed, load, answer_check. Used by:
// scenarios.
#pragma once

#include "tools/bench/bed.h"
#include "tools/bench/load.h"
#include "tools/bench/scenarios.h"

namespace yht::bench {

/// How one kind of load is called in the report, and what is asked of it.
struct Naming {
    std::string load;  // "single posts, closed loop"
    std::string rate_floor{}, p99_floor{};
};

/// A load that was run: what went in, what came out.
struct Measured {
    Recipe recipe;
    std::vector<Request> requests;
    LoadResult result;
};

/// What comes before each run: says which it is, waits for quiet where asked, calibrates.
void beginRun(std::size_t turn, const Options& options, Report& report);

/// Prepares and runs `recipe`, checks the sampled receipts, adds rate, latencies and CPU to
/// `report`. `arrivals_us` empty: closed loop. `connected`, where given, is called when every connection stands, before
/// anything is measured. Throws Invalid.
Measured measure(
    Bed& bed, const Recipe& recipe, const std::vector<std::int64_t>& arrivals_us,
    const Options& options, const Naming& naming, Report& report, bool keep_seqs = false,
    const std::function<void()>& connected = {}
);

/// Peak memory of the gateway since its start.
void addMemory(const Bed& bed, Report& report);

/// A line on standard error, where progress is shown.
void tell(const Options& options, const std::string& text);

}  // namespace yht::bench
