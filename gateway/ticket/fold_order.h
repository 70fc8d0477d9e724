// Which records of a ticket are in force, and in which order the fold walks them. Both depend on
// the set of records only, never on the order they are given in. Uses: base. Used by: fold.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/ticket/record.h"

namespace yht::ticket {

/// One record of the ticket and what the order needs of it, worked out once.
struct FoldEntry {
    const Record* record;
    std::size_t index;  // in the input
    Identity identity;
    base::UnixMillis event_ms;
    int rank;  // of its step in a ticket's life, for steps of one instant
};

struct FoldInput {
    std::vector<FoldEntry>
        in_force;  // latest (version, correction) of each record, voids left out; ordered
    std::vector<FoldEntry> voided;        // latest version is a void; by identity
    std::vector<FoldEntry> against_time;  // placed by its source's sequence against the event times
};

FoldInput orderForFold(std::span<const Record> records);

}  // namespace yht::ticket
