#include "gateway/delivery/courier.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

/// Everything that a pick changes before its batch is sent.
struct PickTask {
    FarSide far_side;
    std::vector<kit::Dependency> dependencies;
    Settlement ended;
    std::vector<DeliveryRow> holds, puts;
};

/// Things may have changed since the pick was read: a row is held only if it still has to wait,
/// else it would wait for ever.
base::Status hold(
    ledger::Transaction& transaction, const PickTask& task, const DeliveryRow& wanted
) {
    const auto rows = transaction.deliveriesOf(task.far_side.id, wanted.ticket_no);
    const auto current = std::find_if(rows.begin(), rows.end(), [&](const DeliveryRow& row) {
        return row.seq == wanted.seq;
    });
    if (current == rows.end() || current->state != DeliveryState::Ready) return {};
    // Put off, and looked at again soon.
    if (wanted.state == DeliveryState::Ready) return transaction.putDelivery(wanted);
    bool waits = earlierUnfinished(rows, wanted.seq).has_value();
    if (!waits) {
        const auto there = kindsThere(transaction, task.far_side, wanted.ticket_no);
        waits = missingKind(task.dependencies, static_cast<ticket::Kind>(wanted.kind), there)
                    .has_value();
    }
    return waits ? transaction.putDelivery(wanted) : base::Status();
}

base::Status applyPick(
    ledger::Transaction& transaction, const PickTask& task, SettlementReport& report
) {
    if (auto settled = settle(transaction, task.ended, report); !settled.ok()) return settled;
    for (const DeliveryRow& row : task.holds) {
        if (auto status = hold(transaction, task, row); !status.ok()) return status;
    }
    for (const DeliveryRow& row : task.puts) {
        if (auto put = transaction.putDelivery(row); !put.ok()) return put;
    }
    return {};
}

}  // namespace

Courier::Courier(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    kit::Destination& destination, CourierOptions options, Logger logger
)
    : store_(store),
      clock_(clock),
      random_(random),
      destination_(destination),
      options_(std::move(options)),
      logger_(std::move(logger)),
      picker_(destination_, options_, clock_, random_, memory_),
      breaker_(clock_, random_) {
    breaker_.setMaintenance(options_.maintenance);
}

Courier::~Courier() {
    stop();
}

void Courier::start() {
    YHT_ASSERT(threads_.empty());
    for (std::size_t lane = 0; lane < options_.lanes; ++lane)
        threads_.emplace_back([this] { runLane(); });
}

void Courier::stop() {
    {
        // Under the mutex, so that no lane falls asleep between its test and its wait.
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_all();
    destination_.hurry();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void Courier::wake() {
    {
        const std::lock_guard lock(mutex_);
        ++wakes_;
    }
    // A lane that finds a full batch wakes the next.
    woken_.notify_one();
}

void Courier::setMaintenance(std::vector<MaintenanceWindow> windows) {
    {
        const std::lock_guard lock(mutex_);
        breaker_.setMaintenance(std::move(windows));
    }
    wake();
}

void Courier::runLane() {
    while (!stopping_) {
        std::uint64_t wakes_before = 0;
        {
            const std::lock_guard lock(mutex_);
            wakes_before = wakes_;
        }
        if (step()) continue;
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, std::chrono::milliseconds(kIdlePollMillis), [&] {
            return stopping_ || wakes_ != wakes_before;
        });
    }
}

bool Courier::step() {
    if (!recover()) return false;
    const Gate gate = askGate();
    if (gate == Gate::Wait) return false;
    auto pick = gather(gate);
    const bool sends = pick && !pick->parcels.empty();
    if (!sends && gate == Gate::Probe) {
        const std::lock_guard lock(mutex_);
        breaker_.withdrawProbe();
    }
    if (!pick || pick->empty()) return false;
    if (const auto committed = commitPick(*pick); !committed.ok()) {
        strand(*pick);
        noteTrouble(committed.error().row().wire);
        if (sends && gate == Gate::Probe) {
            const std::lock_guard lock(mutex_);
            breaker_.withdrawProbe();
        }
        return false;
    }
    if (sends) {
        deliver(*pick);
    } else {
        forget(*pick);
    }
    return true;
}

Gate Courier::askGate() {
    const std::lock_guard lock(mutex_);
    return breaker_.ask();
}

bool Courier::recover() {
    const std::lock_guard gather_lock(gather_mutex_);
    bool all = false;
    std::set<std::string> batches;
    {
        const std::lock_guard lock(mutex_);
        if (!left_over_ && stranded_.empty()) return true;
        all = left_over_;
        batches = stranded_;
    }
    const std::string id = options_.far_side.id;
    auto recovered =
        store_.run([all, batches, id](ledger::Transaction& transaction) -> base::Status {
            auto rows = transaction.deliveries(
                id, DeliveryState::InFlight, std::numeric_limits<base::UnixMillis>::max(),
                kUnknownRowsMax
            );
            for (DeliveryRow& row : rows) {
                if (!all && !batches.contains(row.batch_id)) continue;
                row.state = DeliveryState::Unknown;
                row.next_ms = 0;
                if (auto put = transaction.putDelivery(row); !put.ok()) return put;
            }
            return {};
        });
    if (!recovered.ok()) return false;
    const std::lock_guard lock(mutex_);
    left_over_ = false;
    for (const std::string& batch : batches) stranded_.erase(batch);
    for (const std::string& key : stranded_keys_) busy_.erase(key);
    stranded_keys_.clear();
    return true;
}

std::optional<Pick> Courier::gather(Gate gate) {
    const std::lock_guard gather_lock(gather_mutex_);
    Picker::Busy busy;
    {
        // Copied before the snapshot opens: what is no longer busy has then been committed, and is
        // seen.
        const std::lock_guard lock(mutex_);
        busy = busy_;
    }
    auto snapshot = store_.snapshot();
    if (!snapshot.ok()) return std::nullopt;
    const PickBounds bounds = boundsFor(gate);
    Pick pick = picker_.pick(**snapshot, busy, bounds);
    const bool full = pick.parcels.size() >= bounds.count_max || pick.bytes_reached;
    if (full && options_.lanes > 1) wake();
    const std::lock_guard lock(mutex_);
    if (!pick.empty()) {
        ++under_way_;
        last_begun_ms_ = clock_.steadyMillis();
    }
    for (const Parcel& parcel : pick.parcels) busy_.insert(orderKey(parcel.row));
    for (const SettledItem& item : pick.settled) busy_.insert(orderKey(item.row));
    for (const DeliveryRow& row : pick.renewed) busy_.insert(orderKey(row));
    return pick;
}

PickBounds Courier::boundsFor(Gate gate) const {
    if (gate == Gate::Probe) return {.count_max = 1, .count_min = 1, .probe = true};
    PickBounds bounds;
    bounds.count_max = std::min(std::max<std::size_t>(destination_.batchMax(), 1), kBatchMax);
    const std::lock_guard lock(mutex_);
    const bool waits =
        under_way_ > 0 && clock_.steadyMillis() - last_begun_ms_ < kLanePatienceMillis;
    if (waits) bounds.count_min = bounds.count_max;
    return bounds;
}

/// Marks the batch in flight, and what else the pick found out, in one commit.
base::Status Courier::commitPick(Pick& pick) {
    auto task = std::make_shared<PickTask>();
    task->far_side = options_.far_side;
    task->dependencies = destination_.dependencies();
    task->ended.far_side = options_.far_side;
    task->ended.now_ms = clock_.nowMillis();
    task->ended.items = pick.settled;
    task->holds = pick.holds;
    task->puts = pick.renewed;
    for (Parcel& parcel : pick.parcels) {
        if (pick.repeat) break;  // they stand as unknown already, which is what they are
        parcel.plan.count = pick.parcels.size();
        parcel.row.state = DeliveryState::InFlight;
        parcel.row.attempts += 1;
        parcel.row.batch_id = pick.batch_id;
        parcel.row.reason = encodePlan(parcel.plan);
        task->puts.push_back(parcel.row);
    }
    if (task->ended.items.empty() && task->holds.empty() && task->puts.empty()) return {};
    auto report = std::make_shared<SettlementReport>();
    auto status = store_.run([task, report](ledger::Transaction& transaction) {
        return applyPick(transaction, *task, *report);
    });
    if (status.ok()) count(task->ended, *report);
    return status;
}

void Courier::deliver(Pick& pick) {
    // Lent for the call, not copied: a record is a few kilobytes in many strings.
    std::vector<kit::OutboundRecord> records;
    records.reserve(pick.parcels.size());
    for (Parcel& parcel : pick.parcels) records.push_back(std::move(parcel.out));
    const bool asks = pick.repeat && destination_.resend() == kit::Resend::QueryFirst;
    const base::UnixMillis began_ms = clock_.nowMillis();
    kit::BatchAnswer answer = asks ? destination_.query(pick.batch_id, records)
                                   : destination_.send(pick.batch_id, records);
    if (answer.sent_ms == 0) answer.sent_ms = began_ms;
    if (answer.answered_ms == 0) answer.answered_ms = clock_.nowMillis();
    for (std::size_t i = 0; i < records.size(); ++i) pick.parcels[i].out = std::move(records[i]);
    auto settlement = std::make_shared<const Settlement>(judge(pick, answer));
    auto report = std::make_shared<SettlementReport>();
    const auto status = store_.run([settlement, report](ledger::Transaction& transaction) {
        return settle(transaction, *settlement, *report);
    });
    if (!status.ok()) {
        // The far side may have the batch and the ledger does not know: it is sent again as
        // unknown.
        strand(pick);
        noteTrouble(status.error().row().wire);
        const std::lock_guard lock(mutex_);
        breaker_.failure();
        return;
    }
    count(*settlement, *report);
    for (const auto& [ticket_no, kind] : report->accepted)
        memory_.learn(ticket_no, ticket::only(kind));
    forget(pick);
}

void Courier::forget(const Pick& pick) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    for (const Parcel& parcel : pick.parcels) busy_.erase(orderKey(parcel.row));
    for (const SettledItem& item : pick.settled) busy_.erase(orderKey(item.row));
    for (const DeliveryRow& row : pick.renewed) busy_.erase(orderKey(row));
}

/// The batch's tickets stay busy until recover() has made its rows unknown.
void Courier::strand(const Pick& pick) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    for (const Parcel& parcel : pick.parcels) stranded_keys_.insert(orderKey(parcel.row));
    for (const SettledItem& item : pick.settled) stranded_keys_.insert(orderKey(item.row));
    for (const DeliveryRow& row : pick.renewed) stranded_keys_.insert(orderKey(row));
    stranded_.insert(pick.batch_id);
}

CourierCounters Courier::counters() const {
    const std::lock_guard lock(mutex_);
    CourierCounters counters = counters_;
    counters.breaker = breaker_.state();
    counters.in_maintenance = breaker_.inMaintenance();
    return counters;
}

}  // namespace yht::delivery
