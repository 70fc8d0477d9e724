#include "gateway/delivery/deliveries.h"

#include <algorithm>

namespace yht::delivery {

namespace {

ticket::KindSet kindsTaken(const kit::Destination& destination) {
    ticket::KindSet kinds = 0;
    for (const ticket::KindRow& row : ticket::kindTable()) {
        if (destination.takes(row.kind))
            kinds = static_cast<ticket::KindSet>(kinds | ticket::only(row.kind));
    }
    return kinds;
}

CourierOptions courierOptions(const DestinationRow& row) {
    CourierOptions options;
    options.far_side = {.id = row.id, .party = row.party};
    options.mask_secret = row.mask_secret;
    options.late_after_ms = row.late_after_ms;
    options.lanes = row.lanes;
    options.maintenance = row.maintenance;
    options.dispatches = row.dispatches;
    return options;
}

base::Error mismatch(const std::string& id) {
    return base::makePublicError(
        base::ErrorCode::ConfigInvalid,
        "routes.yaml and the deployment's destinations differ in \"" + id + "\"",
        "routes.yaml 与部署的对端不一致:\"" + id + "\""
    );
}

bool sameButForMaintenance(const DestinationRow& a, const DestinationRow& b) {
    return a.party == b.party && a.from == b.from && a.mask_secret == b.mask_secret &&
           a.late_after_ms == b.late_after_ms && a.lanes == b.lanes && a.attachments == b.attachments &&
           a.dispatches == b.dispatches && a.trial == b.trial;
}

base::Error needsRestart(const std::string& id) {
    return base::makePublicError(
        base::ErrorCode::ConfigInvalid,
        "routes.yaml: the destination \"" + id +
            "\" was added, removed or changed; only rules and maintenance windows change without a restart",
        "routes.yaml:对端 \"" + id + "\" 有增删或修改;不重启只能更改投递规则与维护时段"
    );
}

}  // namespace

base::Result<std::unique_ptr<Deliveries>> Deliveries::make(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    std::shared_ptr<const RouteTable> table,
    std::vector<std::unique_ptr<kit::Destination>> destinations, DeliveriesOptions options
) {
    for (const auto& destination : destinations) {
        if (table->findDestination(destination->id()) == nullptr)
            return mismatch(destination->id());
    }
    for (const DestinationRow& row : table->destinations()) {
        const bool there =
            std::any_of(destinations.begin(), destinations.end(), [&](const auto& item) {
                return item->id() == row.id;
            });
        if (!there) return mismatch(row.id);
    }
    std::unique_ptr<Deliveries> deliveries(new Deliveries());
    deliveries->destinations_ = std::move(destinations);
    deliveries->build(store, clock, random, std::move(table), std::move(options));
    return deliveries;
}

void Deliveries::build(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    std::shared_ptr<const RouteTable> table, DeliveriesOptions options
) {
    table_ = table;
    RouterOptions routing;
    const auto& rows = table->destinations();
    const auto sharing = std::count_if(rows.begin(), rows.end(), [](const DestinationRow& row) {
        return row.attachments_of.empty();
    });
    std::shared_ptr<OpenedRecords> opened;
    if (sharing > 1)
        opened = std::make_shared<OpenedRecords>(static_cast<std::size_t>(sharing - 1), clock);
    for (const auto& destination : destinations_) {
        routing.takes.emplace(destination->id(), kindsTaken(*destination));
        const DestinationRow& row = *table->findDestination(destination->id());
        CourierOptions courier = courierOptions(row);
        if (row.attachments_of.empty()) courier.opened = opened;
        courier.mode_of_source = options.mode_of_source;
        if (row.attachments)
            courier.attachments_first = {attachmentsQueueOf(row.id), destination->attachmentsWaitMillis()};
        couriers_.push_back(std::make_unique<Courier>(
            store, clock, random, *destination, std::move(courier), options.logger
        ));
    }
    routing.region_of_source = std::move(options.region_of_source);
    routing.mode_of_source = std::move(options.mode_of_source);
    routing.logger = options.logger;
    routing.on_ready = [this](const std::string& id) {
        for (const auto& courier : couriers_) {
            if (courier->id() == id) courier->wake();
        }
    };
    routing.on_routed = [this](const std::string& id, ledger::Seq upto) {
        if (routed_) routed_(id, upto);
    };
    router_ = std::make_unique<Router>(store, std::move(table), std::move(routing));
}

Deliveries::~Deliveries() {
    stop();
}

void Deliveries::start() {
    // Without a destination there is no cursor to wait behind: the router would look again and again.
    if (couriers_.empty()) return;
    for (const auto& courier : couriers_) courier->start();
    router_->start();
}

void Deliveries::stop() {
    if (router_) router_->stop();
    for (const auto& courier : couriers_) courier->stop();
}

base::Status Deliveries::mayReplaceTable(const RouteTable& table) const {
    for (const DestinationRow& row : table.destinations()) {
        const DestinationRow* running = table_->findDestination(row.id);
        if (running == nullptr || !sameButForMaintenance(*running, row)) return needsRestart(row.id);
    }
    for (const DestinationRow& row : table_->destinations()) {
        if (table.findDestination(row.id) == nullptr) return needsRestart(row.id);
    }
    return {};
}

base::Status Deliveries::replaceTable(std::shared_ptr<const RouteTable> table) {
    if (auto may = mayReplaceTable(*table); !may.ok()) return may;
    for (const auto& courier : couriers_) {
        const DestinationRow* row = table->findDestination(courier->id());
        if (row != nullptr) courier->setMaintenance(row->maintenance);
    }
    router_->replaceTable(std::move(table));
    return {};
}

std::vector<std::string> Deliveries::ids() const {
    std::vector<std::string> ids;
    for (const auto& courier : couriers_) ids.push_back(courier->id());
    return ids;
}

const Courier* Deliveries::find(const std::string& id) const {
    for (const auto& courier : couriers_) {
        if (courier->id() == id) return courier.get();
    }
    return nullptr;
}

const kit::Destination* Deliveries::findDestination(const std::string& id) const {
    for (const auto& destination : destinations_) {
        if (destination->id() == id) return destination.get();
    }
    return nullptr;
}

base::Result<FarSide> Deliveries::farSide(const std::string& id) const {
    const DestinationRow* row = table_->findDestination(id);
    if (row == nullptr) return base::makeError(base::ErrorCode::NotFound, "no destination " + id);
    return FarSide{.id = row->id, .party = row->party};
}

}  // namespace yht::delivery
