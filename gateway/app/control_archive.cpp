#include "gateway/app/control_archive.h"

#include <algorithm>
#include <memory>
#include <set>

#include "gateway/app/deployment.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/archive.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/machine.h"

namespace yht::app {
namespace {

using Settled = std::function<base::Result<bool>(ledger::View&, const ledger::LeafHeader&)>;

/// What tells whether something is settled; read once a run.
struct Judge {
    ticket::Calendar calendar;
    ticket::FoldRules rules;
    base::UnixMillis now_ms = 0;
    std::vector<std::string> routed;   // destinations that have a router
    std::set<std::string> known;       // those, and what else has rows
    std::set<ledger::Seq> waiting;     // records without a ticket that some destination is still to have

    bool isRouted(ledger::View& view, ledger::Seq seq) const {
        return std::all_of(routed.begin(), routed.end(), [&](const std::string& id) {
            return view.cursor("route:" + id) >= seq;
        });
    }
    base::Result<bool> isTicketSettled(ledger::View& view, const std::string& ticket_no) const;
};

base::Result<bool> Judge::isTicketSettled(ledger::View& view, const std::string& ticket_no) const {
    for (const auto& id : known) {
        if (!view.deliveriesOf(id, ticket_no).empty()) return false;
    }
    const auto entries = view.ticketEntries(ticket_no);
    if (entries.empty() || !isRouted(view, entries.back())) return false;
    const auto stored = ledger::readTicket(view, ticket_no);
    if (!stored.ok()) return stored.error();
    std::vector<ticket::Record> records;
    for (const auto& one : stored->records) records.push_back(one.record);
    return ticket::isFinal(ticket::fold(records, calendar, rules, now_ms).state);
}

base::Result<std::shared_ptr<Judge>> judgeOf(const std::string& directory, ControlServices& services) {
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    auto days = calendar(*config);
    if (!days.ok()) return std::move(days).error();
    const auto routes = routesOf(directory);
    if (!routes.ok()) return routes.error();
    auto judge = std::make_shared<Judge>(Judge{*std::move(days), foldRules(*config), services.clock.nowMillis(), {}, {}, {}});
    for (const auto& row : routes->destinations()) judge->routed.push_back(row.id);
    judge->known.insert(judge->routed.begin(), judge->routed.end());
    auto view = services.store.snapshot();
    if (!view.ok()) return std::move(view).error();
    for (const auto& count : (*view)->deliveryCounts()) judge->known.insert(count.destination);
    for (const auto& id : judge->known) {
        for (const auto& row : (*view)->deliveriesOf(id, "")) judge->waiting.insert(row.seq);
    }
    return judge;
}

/// Outcomes and decisions that name no ticket are settled as they stand: nothing follows from them any more.
Settled settledBy(std::shared_ptr<const Judge> judge) {
    return [judge](ledger::View& view, const ledger::LeafHeader& header) -> base::Result<bool> {
        if (!header.ticket_no.empty()) return judge->isTicketSettled(view, header.ticket_no);
        if (header.type != ledger::EntryType::Record) return true;
        return !judge->waiting.contains(header.seq) && judge->isRouted(view, header.seq);
    };
}

std::string answerOf(const ledger::ArchiveStep& step) {
    const ledger::Archive archive = step.archive.value_or(ledger::Archive{});
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    json::writeNumber(writer, "entries", archive.entries);
    json::writeText(writer, "file", archive.file);
    json::writeNumber(writer, "free_bytes", step.space.free_bytes);
    json::writeNumber(writer, "ledger_bytes", step.space.size_bytes);
    json::writeText(writer, "month", archive.month);
    json::writeNumber(writer, "removed_rows", step.removed_rows);
    writer.Key("resumed");
    writer.Bool(step.resumed);
    json::writeNumber(writer, "seq", archive.entry_seq);
    json::writeNumber(writer, "size_bytes", archive.size_bytes);
    writer.EndObject();
    return buffer.GetString();
}

base::Result<std::string> archiveOne(const std::string& directory, ControlServices& services, const ControlCall& call) {
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    const auto options = storeOptions(*config, services.clock, services.random, true);
    if (!options.ok()) return options.error();
    const auto judge = judgeOf(directory, services);
    if (!judge.ok()) return judge.error();
    const ledger::ArchiveOrder order{
        .before = call.argument("before"),
        .operator_id = call.operator_id,
        .why = call.request.why,
        .settled = settledBy(*judge)};
    const auto step = ledger::archiveNext(services.store, options->path, services.clock, services.random, order);
    if (!step.ok()) return step.error();
    return answerOf(*step);
}

}  // namespace

ControlCommand archiveCommand(const std::string& directory) {
    return {
        kArchiveMonths, {"before"}, true, [directory](ControlServices& services, const ControlCall& call) {
            return archiveOne(directory, services, call);
        }};
}

}  // namespace yht::app
