// The courier of one destination: what the router made ready goes out, and what the far side said
// comes into the ledger. States of a row (DeliveryRow), each arrow one durable commit:
//   ready ──mark──▶ in_flight ──accepted, duplicate──▶ gone, with an outcome entry
//     ▲  ▲             ├──refused──▶ dead, with an outcome entry: the operator's turn, or a
//     │  │             │                            newer version's
//     │  └──not taken──┤
//     │                └──answer lost, restart──▶ unknown ──repeated──▶ as in_flight
//     └──released──held                           what it waits for: dependency.h
// Marking is committed before anything is sent, so that a batch that may have reached the far side
// is never taken for one that did not.
//
// Waits: a row's back-off doubles from kRowBackOffFirstMillis, for days; a destination's is the
// breaker's. A far side's Retry-After is honoured up to kit::kRetryAfterMillisMax.
//
// Lanes: several batches may be under way, of different tickets. A trickle goes through one lane,
// as each batch costs two commits and a signature whatever its size; others begin when there is a
// full batch for them, or when the far side takes longer than kLanePatienceMillis.
//
// Repeats: Resend::Idempotent promises that a record sent twice is taken once, whatever batch it
// stands in. A batch that stays unknown is sent again with its id and content, and after
// kTogetherAttemptsMax record by record. So is one that the far side refuses as a whole, at once where it says that it is
// for what is in it (BatchAnswer::one_by_one); one that is refused for who we are (stops) opens the breaker. A record
// that is refused so alone, kAloneRefusalsMax times with others getting through between them, is
// dead.
// Uses: ledger, kit. Used by: deliveries.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "gateway/delivery/breaker.h"
#include "gateway/delivery/picker.h"

namespace yht::delivery {

inline constexpr std::int64_t kRowBackOffFirstMillis = 1'000;
inline constexpr std::int64_t kRowBackOffMillisMax = 300'000;  // one record's trouble
// One destination's trouble, which the breaker paces.
inline constexpr std::int64_t kBatchBackOffMillisMax = 30'000;
inline constexpr std::uint32_t kAloneRefusalsMax = 3;
inline constexpr std::size_t kSuspectsMax = 10'000;  // remembered; forgotten all at once
inline constexpr std::int64_t kIdlePollMillis = 500;
// While a batch is under way for less than this, other lanes begin full batches only.
inline constexpr std::int64_t kLanePatienceMillis = 100;

using Logger = std::function<void(const std::string&)>;

struct CourierCounters {
    std::uint64_t batches = 0, accepted = 0, duplicate = 0, refused = 0, unmappable = 0, stale = 0,
                  withheld = 0, later = 0, alias_conflicts = 0, lost = 0, not_sent = 0, busy = 0;
    BreakerState breaker = BreakerState::Closed;
    bool in_maintenance = false;
    std::string last_error;  // wire code
    base::UnixMillis last_error_ms = 0;
    base::UnixMillis last_success_ms = 0;
};

/// Thread-safety: any thread. `destination` must stand calls from `lanes` threads at once.
class Courier {
public:
    Courier(
        ledger::Store& store, const base::Clock& clock, base::Random& random,
        kit::Destination& destination, CourierOptions options, Logger logger
    );
    ~Courier();

    /// Starts the lanes' threads. Once only.
    void start();
    /// Returns when the lanes have ended; waits for a send under way, at most the destination's
    /// timeout.
    void stop();
    /// There may be something to do.
    void wake();
    void setMaintenance(std::vector<MaintenanceWindow> windows);

    /// One round of a lane: at most one batch. False where there was nothing to do now.
    /// Rows left in flight by a former life become unknown in the first round.
    bool step();

    CourierCounters counters() const;
    const std::string& id() const { return options_.far_side.id; }

private:
    void runLane();
    bool recover();
    Gate askGate();
    std::optional<Pick> gather(Gate gate);
    base::Status commitPick(Pick& pick);
    void deliver(Pick& pick);
    void strand(const Pick& pick);
    void forget(const Pick& pick);
    PickBounds boundsFor(Gate gate) const;

    Settlement judge(const Pick& pick, const kit::BatchAnswer& answer);
    bool isRefusedForGood(const Pick& pick, const kit::BatchAnswer& answer);
    void judgeRecord(
        const Pick& pick, const Parcel& parcel, const kit::RecordAnswer& answer,
        Settlement& settlement
    );
    void putBack(
        const Pick& pick, const std::vector<const Parcel*>& parcels,
        const kit::BatchAnswer& answer, Settlement& settlement
    );
    std::vector<const Parcel*> endUnmappable(
        const Pick& pick, const kit::BatchAnswer& answer, Settlement& settlement
    );
    void noteBatch(const kit::BatchAnswer& answer);
    void noteTrouble(const std::string& wire, const std::string& detail = {});
    void noteEnd();
    void count(const Settlement& settlement, const SettlementReport& report);

    // Constant after construction.
    ledger::Store& store_;
    const base::Clock& clock_;
    base::Random& random_;
    kit::Destination& destination_;
    const CourierOptions options_;
    const Logger logger_;

    // Synchronises itself.
    KindMemory memory_;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;

    // Held while rows are chosen, so that lanes choose one after the other.
    std::mutex gather_mutex_;
    const Picker picker_;

    // Protected by mutex_.
    mutable std::mutex mutex_;
    std::condition_variable woken_;
    std::uint64_t wakes_ = 0;
    Breaker breaker_;
    Picker::Busy busy_;               // keys of tickets under way
    std::size_t under_way_ = 0;       // batches
    std::int64_t last_begun_ms_ = 0;  // the youngest of them, steady
    bool left_over_ = true;           // a former life may have left rows in flight
    std::set<std::string> stranded_;  // batches whose settlement could not be committed
    Picker::Busy stranded_keys_;
    CourierCounters counters_;
    struct Suspect {
        std::uint32_t refusals = 0;
        std::uint64_t answered_before = 0;
    };
    std::map<ledger::Seq, Suspect> suspects_;  // records refused as a whole request, alone
    std::uint64_t answered_ = 0;               // batches that got an answer
    std::optional<base::UnixMillis> trouble_since_ms_;
    std::uint64_t trouble_count_ = 0;
};

}  // namespace yht::delivery
