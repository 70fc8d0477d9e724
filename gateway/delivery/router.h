// The router follows the ledger and puts a delivery row for every record entry that a destination
// is to have. Per destination one cursor, "route:<id>": every entry up to it has been decided on.
// Rows and cursor change in one commit, so a record is never skipped and never routed twice,
// whenever the process dies; stretches with nothing to route move the cursor in memory only and are
// read again after a restart.
// A destination that was never served begins where DestinationRow::from says; "route-from:<id>"
// (seq + 1) keeps that it has begun. Changing the table has effect from the cursor on, not
// backwards.
// History (origin=history 历史) is passed over until an operator releases it. What is released is routed apart, to every
// destination whose rules want it: once all of them have passed its entry, so that nobody has it twice. From then on it
// is a record like any other, also for destinations that are added later.
// Uses: ledger. Used by: deliveries.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "gateway/delivery/courier.h"
#include "gateway/delivery/routing.h"
#include "gateway/ledger/store/store.h"

namespace yht::delivery {

inline constexpr std::size_t kRouteScanMax = 512;          // entries decided on in one commit
inline constexpr std::size_t kUnsavedEntriesMax = 16'384;  // read again after a restart
inline constexpr std::int64_t kRouterWaitMillis = 200;

struct RouterOptions {
    /// Kinds that each destination takes at all, by id; destinations that are not in it are not
    /// served.
    std::unordered_map<std::string, ticket::KindSet> takes;
    /// Region of a source, for records without a ticket number.
    std::function<std::string(const std::string& source)> region_of_source;
    /// How the hotline behind a source was joined.
    ModeOfSource mode_of_source;
    /// Called after a commit that made rows for this destination ready.
    std::function<void(const std::string& destination)> on_ready;
    /// Called where its cursor has come to, also in memory only: the rows of every entry up to it are in the ledger.
    std::function<void(const std::string& destination, ledger::Seq upto)> on_routed;
    Logger logger;
};

/// Thread-safety: start, stop and replaceTable from any thread; step from one at a time.
class Router {
public:
    Router(ledger::Store& store, std::shared_ptr<const RouteTable> table, RouterOptions options);
    ~Router();

    void start();
    void stop();
    void replaceTable(std::shared_ptr<const RouteTable> table);

    /// Decides on at most kRouteScanMax entries for every group of destinations that stand at the
    /// same place. False where there was nothing new, or the store refused (it is tried again).
    bool step();

private:
    struct Position {
        ledger::Seq decided = 0;  // in memory
        ledger::Seq saved = 0;    // in the ledger
    };
    struct Decisions;

    bool begin(const RouteTable& table);
    bool routeReleased(const RouteTable& table);
    bool routeGroup(
        const RouteTable& table, const std::vector<const DestinationRow*>& group, ledger::Seq after
    );
    void decide(
        ledger::View& view, const RouteTable& table,
        const std::vector<const DestinationRow*>& group, const ledger::LeafHeader& header,
        Decisions& decisions
    ) const;
    /// `upto`: where their cursors stand then; nullopt: each where it stands in memory.
    bool commit(
        const std::vector<const DestinationRow*>& group, std::optional<ledger::Seq> upto,
        std::shared_ptr<const Decisions> decisions
    );
    void wake(const Decisions& decisions) const;
    void moveTo(const std::string& destination, ledger::Seq upto);
    void noteStore(const base::Status& status);
    bool takes(const std::string& destination, ticket::Kind kind) const;
    void run();

    ledger::Store& store_;
    const RouterOptions options_;
    std::mutex table_mutex_;
    std::shared_ptr<const RouteTable> table_;              // protected by table_mutex_
    std::unordered_map<std::string, Position> positions_;  // of the stepping thread
    bool in_trouble_ = false;                              // of the stepping thread
    std::mutex wait_mutex_;
    std::condition_variable stopped_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace yht::delivery
