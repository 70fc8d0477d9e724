#include "gateway/delivery/routing.h"

#include <algorithm>

namespace yht::delivery {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool beginsWithOneOf(const std::string& text, const std::vector<std::string>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return text.starts_with(prefix);
    });
}

bool matches(const RouteRule& rule, const RouteFacts& facts) {
    if (rule.kinds != 0 && (rule.kinds & ticket::only(facts.kind)) == 0) return false;
    if (!rule.sources.empty() && !contains(rule.sources, facts.source)) return false;
    if (contains(rule.not_sources, facts.source)) return false;
    if (contains(rule.not_from, facts.source)) return false;
    if (!rule.regions.empty() && !beginsWithOneOf(facts.region, rule.regions)) return false;
    if (!rule.modes.empty() && !contains(rule.modes, facts.mode)) return false;
    if (contains(rule.not_modes, facts.mode)) return false;
    if (rule.tickets_of.empty()) return true;
    return std::any_of(facts.parties.begin(), facts.parties.end(), [&](const std::string& party) {
        return contains(rule.tickets_of, party);
    });
}

/// Its party is the destination's: it is the same far side.
DestinationRow attachmentsRow(const DestinationRow& destination) {
    DestinationRow row = destination;
    row.id = attachmentsQueueOf(destination.id);
    row.attachments = false;
    row.attachments_of = destination.id;
    row.lanes = kAttachmentLanes;
    return row;
}

base::Error invalid(const std::string& en, const std::string& zh) {
    return base::makePublicError(base::ErrorCode::ConfigInvalid, en, zh, en);
}

}  // namespace

base::Result<RouteTable> RouteTable::make(
    std::vector<DestinationRow> destinations, std::vector<RouteRule> rules
) {
    if (destinations.size() > kDestinationsMax || rules.size() > kRoutesMax) {
        return invalid("routes: too many destinations or rules", "路由:对端或规则过多");
    }
    RouteTable table;
    table.destinations_ = std::move(destinations);
    for (const RouteRule& rule : rules) {
        if (table.findDestination(rule.destination) == nullptr) {
            return invalid(
                "routes: no destination \"" + rule.destination + "\"",
                "路由:没有名为 \"" + rule.destination + "\" 的对端"
            );
        }
        table.needs_parties_ = table.needs_parties_ || !rule.tickets_of.empty();
        table.needs_modes_ = table.needs_modes_ || !rule.modes.empty() || !rule.not_modes.empty();
    }
    const auto own = table.destinations_;
    for (const DestinationRow& row : own) {
        table.needs_modes_ = table.needs_modes_ || row.dispatches;
        if (!row.attachments) continue;
        if (table.findDestination(attachmentsQueueOf(row.id)) != nullptr) {
            return invalid(
                "routes: \"" + attachmentsQueueOf(row.id) + "\" is where attachments of \"" + row.id + "\" go",
                "路由:\"" + attachmentsQueueOf(row.id) + "\" 为 \"" + row.id + "\" 的附件队列,不能另作对端"
            );
        }
        table.destinations_.push_back(attachmentsRow(row));
    }
    std::stable_sort(rules.begin(), rules.end(), [](const RouteRule& a, const RouteRule& b) {
        return a.priority > b.priority;
    });
    table.rules_ = std::move(rules);
    return table;
}

RouteTable RouteTable::part(bool trial) const {
    std::vector<DestinationRow> destinations;
    std::vector<RouteRule> rules;
    for (const DestinationRow& row : destinations_) {
        // Queues of attachments are made anew.
        if (row.trial == trial && row.attachments_of.empty()) destinations.push_back(row);
    }
    for (const RouteRule& rule : rules_) {
        if (findDestination(rule.destination)->trial == trial) rules.push_back(rule);
    }
    return make(std::move(destinations), std::move(rules)).value();
}

const DestinationRow* RouteTable::findDestination(const std::string& id) const {
    for (const DestinationRow& row : destinations_) {
        if (row.id == id) return &row;
    }
    return nullptr;
}

std::string attachmentsQueueOf(const std::string& id) {
    return id + ".attachments";
}

std::string routeCursorName(const std::string& id) {
    return "route:" + id;
}

bool isOwnSource(const DestinationRow& destination, const std::string& source) {
    return source == destination.party || source == destination.id ||
           source == destination.attachments_of;
}

bool RouteTable::sends(const DestinationRow& destination, const RouteFacts& facts) const {
    if (isOwnSource(destination, facts.source)) return false;
    if (destination.dispatches && facts.mode == kModeExcluded) return false;
    const auto& id = destination.attachments_of.empty() ? destination.id : destination.attachments_of;
    for (const RouteRule& rule : rules_) {
        if (rule.destination == id && matches(rule, facts)) return rule.send;
    }
    return false;
}

}  // namespace yht::delivery
