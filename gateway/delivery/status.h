// How deliveries stand, per destination: what `yht deliveries` prints and metrics count.
// Read from the ledger alone, so that it is the same from any process; the couriers' counters add
// what only a running gateway knows (the breaker). Announced maintenance stands in the deployment's files: app fills it in.
// Uses: ledger. Used by: app.
#pragma once

#include <string>
#include <vector>

#include "gateway/delivery/outcome.h"

namespace yht::delivery {

inline constexpr std::size_t kRateEntriesMax = 100'000;  // entries looked back over for the rate
inline constexpr std::int64_t kRateWindowMillis = 60'000;
inline constexpr std::size_t kDeadLettersShownMax = 200;

struct DeadLetter {
    ledger::Seq seq = 0;
    std::string ticket_no;
    ticket::Kind kind = ticket::Kind::Appeal;
    std::uint32_t attempts = 0;
    base::UnixMillis committed_ms = 0;
    DeadReason reason;
};

struct DestinationStatus {
    std::string destination;
    std::uint64_t ready = 0, in_flight = 0, held = 0, unknown = 0, dead = 0;
    /// Of what still moves, neither held nor dead; 0: nothing does.
    base::UnixMillis oldest_committed_ms = 0;
    double rate_per_s = 0;      // outcomes of the last minute
    std::int64_t drain_s = -1;  // backlog / rate; 0: empty, -1: not at this rate
    std::string last_error;     // wire code of a row that waits for another attempt, "" none
    base::UnixMillis maintenance_until_ms = 0;  // end of the announced window that it is in or was in lately; 0: none
    std::vector<DeadLetter> dead_letters;  // by seq, at most kDeadLettersShownMax
    std::uint64_t backlog() const { return ready + in_flight + unknown; }
    bool inMaintenance(base::UnixMillis now_ms) const { return now_ms < maintenance_until_ms; }
};

/// One row per id of `destinations`, in that order.
std::vector<DestinationStatus> deliveryStatus(
    ledger::View& view, const std::vector<std::string>& destinations, base::UnixMillis now_ms
);

}  // namespace yht::delivery
