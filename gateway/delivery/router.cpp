#include "gateway/delivery/router.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "gateway/delivery/dependency.h"

namespace yht::delivery {

namespace {

constexpr std::size_t kRegionLength = 6;

std::string beginName(const std::string& destination) {
    return "route-from:" + destination;
}

}  // namespace

struct Router::Decisions {
    std::vector<ledger::DeliveryRow> rows;
    /// Tickets of which the far side itself sent a record: what waited for it there may go.
    std::set<std::pair<std::string, std::string>> releases;  // destination, ticket_no
    std::vector<ledger::Seq> history;  // no history any more: decided on for everyone
    bool empty() const { return rows.empty() && releases.empty(); }
};

Router::Router(ledger::Store& store, std::shared_ptr<const RouteTable> table, RouterOptions options)
    : store_(store), options_(std::move(options)), table_(std::move(table)) {}

Router::~Router() {
    stop();
}

void Router::start() {
    YHT_ASSERT(!thread_.joinable());
    thread_ = std::thread([this] { run(); });
}

void Router::stop() {
    {
        // Under the mutex, so that the thread does not fall asleep between its test and its wait.
        const std::lock_guard lock(wait_mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Router::replaceTable(std::shared_ptr<const RouteTable> table) {
    const std::lock_guard lock(table_mutex_);
    table_ = std::move(table);
}

void Router::run() {
    while (!stopping_) {
        if (step()) continue;
        if (in_trouble_) {
            // Entries are there and can't be routed: waitForEntry() would return at once.
            std::unique_lock lock(wait_mutex_);
            stopped_.wait_for(lock, std::chrono::milliseconds(kRouterWaitMillis), [this] {
                return stopping_.load();
            });
            continue;
        }
        ledger::Seq behind = 0;
        for (const auto& [id, position] : positions_) behind = std::max(behind, position.decided);
        store_.waitForEntry(behind, kRouterWaitMillis);
    }
}

bool Router::takes(const std::string& destination, ticket::Kind kind) const {
    const auto found = options_.takes.find(destination);
    return found != options_.takes.end() && (found->second & ticket::only(kind)) != 0;
}

bool Router::step() {
    std::shared_ptr<const RouteTable> table;
    {
        const std::lock_guard lock(table_mutex_);
        table = table_;
    }
    if (!begin(*table)) return false;
    std::map<ledger::Seq, std::vector<const DestinationRow*>> groups;
    for (const DestinationRow& row : table->destinations()) {
        if (options_.takes.contains(row.id)) groups[positions_[row.id].decided].push_back(&row);
    }
    bool moved = routeReleased(*table);
    for (const auto& [after, group] : groups) moved = routeGroup(*table, group, after) || moved;
    return moved;
}

/// Places every destination that this router has not met yet.
bool Router::begin(const RouteTable& table) {
    for (const DestinationRow& row : table.destinations()) {
        if (positions_.contains(row.id) || !options_.takes.contains(row.id)) continue;
        auto position = std::make_shared<Position>();
        const bool from_now = row.from == StartFrom::Now;
        const std::string id = row.id;
        const auto begun = store_.run([id, from_now, position](ledger::Transaction& transaction) {
            position->decided = transaction.cursor(routeCursorName(id));
            const ledger::Seq mark = transaction.cursor(beginName(id));
            if (mark != 0) {
                position->decided = std::max(position->decided, mark - 1);
                return base::Status();
            }
            if (from_now && position->decided == 0) position->decided = transaction.lastSeq();
            return transaction.setCursor(beginName(id), position->decided + 1);
        });
        noteStore(begun);
        if (!begun.ok()) return false;
        positions_[id].saved = position->decided;
        moveTo(id, position->decided);
    }
    return true;
}

bool Router::routeGroup(
    const RouteTable& table, const std::vector<const DestinationRow*>& group, ledger::Seq after
) {
    auto snapshot = store_.snapshot();
    if (!snapshot.ok()) {
        noteStore(snapshot.error());
        return false;
    }
    const auto headers = (*snapshot)->scan(after, kRouteScanMax);
    if (headers.empty()) return false;
    auto decisions = std::make_shared<Decisions>();
    const auto history = (*snapshot)->historyHeld(after, headers.back().seq);
    for (const ledger::LeafHeader& header : headers) {
        const bool waits = std::binary_search(history.begin(), history.end(), header.seq);
        if (header.type == ledger::EntryType::Record && !waits) {
            decide(**snapshot, table, group, header, *decisions);
        }
    }
    // A read transaction that waits for a commit keeps the write-ahead log from starting anew.
    snapshot->reset();
    const ledger::Seq upto = headers.back().seq;
    const bool save =
        !decisions->empty() || upto - positions_[group.front()->id].saved >= kUnsavedEntriesMax;
    if (save && !commit(group, upto, decisions)) return false;
    for (const DestinationRow* row : group) moveTo(row->id, upto);
    wake(*decisions);
    return true;
}

void Router::moveTo(const std::string& destination, ledger::Seq upto) {
    positions_[destination].decided = upto;
    if (options_.on_routed) options_.on_routed(destination, upto);
}

/// What operators released of history, for all destinations at once. What one of them has not come to yet waits: it
/// would have it once more when its cursor gets there.
bool Router::routeReleased(const RouteTable& table) {
    auto snapshot = store_.snapshot();
    if (!snapshot.ok()) {
        noteStore(snapshot.error());
        return false;
    }
    const auto released = (*snapshot)->historyReleased(kRouteScanMax);
    if (released.empty()) return false;
    std::vector<const DestinationRow*> everyone;
    ledger::Seq passed = (*snapshot)->lastSeq();
    for (const DestinationRow& row : table.destinations()) {
        if (!options_.takes.contains(row.id)) continue;
        everyone.push_back(&row);
        passed = std::min(passed, positions_[row.id].decided);
    }
    auto decisions = std::make_shared<Decisions>();
    for (const ledger::Seq seq : released) {
        if (seq > passed) break;
        const auto leaf = (*snapshot)->leaf(seq);
        if (leaf.ok()) decide(**snapshot, table, everyone, leaf->header, *decisions);
        decisions->history.push_back(seq);
    }
    snapshot->reset();
    if (decisions->history.empty()) return false;
    if (!commit(everyone, std::nullopt, decisions)) return false;
    wake(*decisions);
    return true;
}

void Router::wake(const Decisions& decisions) const {
    if (!options_.on_ready) return;
    std::set<std::string> woken;
    for (const auto& row : decisions.rows) woken.insert(row.destination);
    for (const auto& [destination, ticket_no] : decisions.releases) woken.insert(destination);
    for (const std::string& destination : woken) options_.on_ready(destination);
}

void Router::decide(
    ledger::View& view, const RouteTable& table, const std::vector<const DestinationRow*>& group,
    const ledger::LeafHeader& header, Decisions& decisions
) const {
    RouteFacts facts{
        .kind = static_cast<ticket::Kind>(header.kind),
        .source = header.source,
        .region = header.ticket_no.substr(0, kRegionLength),
        .mode = {},
        .parties = {}};
    if (facts.region.empty() && options_.region_of_source) {
        facts.region = options_.region_of_source(header.source);
    }
    if (table.needsParties() && !header.ticket_no.empty()) {
        for (const auto& alias : view.aliases(header.ticket_no))
            facts.parties.push_back(alias.party);
    }
    if (table.needsModes()) {
        facts.mode = integrationModeOf(view, header.source, header.ticket_no, options_.mode_of_source);
    }
    for (const DestinationRow* destination : group) {
        if (isOwnSource(*destination, header.source) && !header.ticket_no.empty()) {
            decisions.releases.emplace(destination->id, header.ticket_no);
        }
        if (!takes(destination->id, facts.kind) || !table.sends(*destination, facts)) continue;
        if (!destination->attachments_of.empty() && !view.namesAttachments(header.seq)) continue;
        ledger::DeliveryRow row;
        row.destination = destination->id;
        row.seq = header.seq;
        row.ticket_no = header.ticket_no;
        row.kind = header.kind;
        row.committed_ms = header.committed_ms;
        decisions.rows.push_back(std::move(row));
    }
}

/// One line when the store begins to refuse, one when it takes tasks again.
void Router::noteStore(const base::Status& status) {
    if (status.ok() == in_trouble_ && options_.logger) {
        options_.logger(
            status.ok() ? "routing: trouble ends 分发恢复"
                        : "routing: trouble begins 分发出现故障: " + std::string(status.error().row().wire)
        );
    }
    in_trouble_ = !status.ok();
}

bool Router::commit(
    const std::vector<const DestinationRow*>& group, std::optional<ledger::Seq> upto,
    std::shared_ptr<const Decisions> decisions
) {
    std::map<std::string, ledger::Seq> cursors;
    for (const DestinationRow* row : group) cursors[row->id] = upto.value_or(positions_[row->id].decided);
    const auto routed =
        store_.run([cursors, decisions](ledger::Transaction& transaction) -> base::Status {
            for (const ledger::DeliveryRow& row : decisions->rows) {
                if (auto put = transaction.putDelivery(row); !put.ok()) return put;
            }
            for (const auto& [destination, ticket_no] : decisions->releases) {
                auto released = releaseHeld(transaction, destination, ticket_no);
                if (!released.ok()) return released;
            }
            for (const ledger::Seq seq : decisions->history) {
                if (auto ended = transaction.endHistory(seq); !ended.ok()) return ended;
            }
            for (const auto& [id, seq] : cursors) {
                if (auto set = transaction.setCursor(routeCursorName(id), seq); !set.ok()) return set;
            }
            return {};
        });
    noteStore(routed);
    if (!routed.ok()) return false;
    for (const auto& [id, seq] : cursors) positions_[id].saved = seq;
    return true;
}

}  // namespace yht::delivery
