// All deliveries of a gateway: the router and one courier per destination, started and stopped
// together.
// Uses: everything in this folder. Used by: app.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/delivery/router.h"

namespace yht::delivery {

struct DeliveriesOptions {
    std::function<std::string(const std::string& source)> region_of_source;
    ModeOfSource mode_of_source;
    Logger logger;
};

/// Thread-safety: any thread.
class Deliveries {
public:
    /// Errors: ConfigInvalid where the table names a destination that is not there, or one is there
    /// that it does not name.
    static base::Result<std::unique_ptr<Deliveries>> make(
        ledger::Store& store, const base::Clock& clock, base::Random& random,
        std::shared_ptr<const RouteTable> table,
        std::vector<std::unique_ptr<kit::Destination>> destinations, DeliveriesOptions options
    );
    ~Deliveries();

    /// Who hears, on the router's thread, up to which entry all has been routed to a destination. Before start().
    void whenRouted(std::function<void(const std::string& destination, ledger::Seq upto)> heard) { routed_ = std::move(heard); }
    /// Nothing runs where there is no destination: one more needs a restart anyway.
    void start();
    /// The router first, then the couriers; each waits for what it has under way.
    void stop();
    /// Rules and maintenance windows as of now on. Errors: ConfigInvalid, and nothing is changed, where destinations
    /// differ in anything else: that needs a restart.
    base::Status replaceTable(std::shared_ptr<const RouteTable> table);
    /// What replaceTable() would say.
    base::Status mayReplaceTable(const RouteTable& table) const;
    /// The one that it began with: its destinations are those that run.
    const RouteTable& firstTable() const { return *table_; }

    std::vector<std::string> ids() const;
    /// nullptr where there is none of that id; so is the next.
    const Courier* find(const std::string& id) const;
    const kit::Destination* findDestination(const std::string& id) const;
    /// Whom decideRow() is about. Errors: NotFound.
    base::Result<FarSide> farSide(const std::string& id) const;

private:
    Deliveries() = default;
    void build(
        ledger::Store& store, const base::Clock& clock, base::Random& random,
        std::shared_ptr<const RouteTable> table, DeliveriesOptions options
    );

    std::vector<std::unique_ptr<kit::Destination>> destinations_;
    std::shared_ptr<const RouteTable> table_;
    std::vector<std::unique_ptr<Courier>> couriers_;  // in the order of destinations_
    std::function<void(const std::string& destination, ledger::Seq upto)> routed_;
    std::unique_ptr<Router> router_;
};

}  // namespace yht::delivery
