// What waits for delivery, and when each record's outcome came, as the ledger tells it: read-only,
// beside the running gateway. Uses: app, ledger, delivery. Used by: delivery scenarios.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/ledger/store/sqlite_store.h"

namespace yht::bench {

struct Backlog {
    std::uint64_t moving = 0;   // ready, in flight or unknown
    std::uint64_t stopped = 0;  // held or dead: must stay 0 here
    double oldest_ms = 0;       // age of the oldest that moves, since its commit
    bool routed = false;        // everything up to the seq asked for has its row, or had
};

/// An outcome of one destination.
struct Delivered {
    ledger::Seq record_seq = 0;
    bool accepted = false;
    base::UnixMillis sent_ms = 0;
    base::UnixMillis in_ledger_ms = 0;  // commit of the outcome
};

/// Thread-safety: one thread at a time.
class DeliveryReader {
public:
    /// Throws Invalid where the deployment's ledger can't be opened.
    explicit DeliveryReader(const std::string& deployment);
    Backlog backlog(const std::string& destination, ledger::Seq upto);
    /// Every outcome of `destination` after `after`, by seq.
    void eachOutcome(
        const std::string& destination, ledger::Seq after,
        const std::function<void(const Delivered&)>& take
    );
    ledger::Seq lastSeq();

private:
    std::unique_ptr<ledger::Snapshot> snapshot();

    base::SystemClock clock_;
    base::SystemRandom random_;
    std::unique_ptr<ledger::SqliteStore> store_;
};

/// Looks at the backlog again and again while it lives. The greatest values that it saw.
class BacklogWatch {
public:
    BacklogWatch(std::string deployment, std::vector<std::string> destinations);
    /// Ends it. Throws Invalid where a look failed or something was held or dead.
    Backlog stop();

private:
    void look(const std::stop_token& stop);

    const std::string deployment_;
    const std::vector<std::string> destinations_;
    Backlog worst_;        // of the watching thread, until it has ended
    std::string trouble_;  // likewise
    std::jthread thread_;
};

}  // namespace yht::bench
