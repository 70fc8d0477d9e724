#include <algorithm>
#include <iostream>
#include <map>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/delivery/outcome.h"
#include "gateway/delivery/routing.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using ticket::Field;
using ticket::Kind;

/// What the list tells of one ticket.
struct TicketLine {
    std::string ticket_no;
    ticket::State state = ticket::State::Incomplete;
    std::int64_t round = 1;
    std::vector<ledger::Alias> names;
    std::size_t records = 0;
    std::size_t findings = 0;
    std::map<std::string, std::size_t> delivered;  // destination → records signed for
    std::size_t unfinished = 0;                    // routed and not done, or not yet routed
    bool answered = false;
    bool settled() const { return answered && unfinished == 0; }
};

/// The citizen has, or will be given, an answer: a result, a direct reply, or the reason why it was not accepted.
bool isAnswered(const std::vector<ledger::StoredRecord>& records) {
    return std::any_of(records.begin(), records.end(), [](const ledger::StoredRecord& stored) {
        const auto& record = stored.record;
        if (record.isVoid()) return false;
        if (record.kind() == Kind::Result) return true;
        return record.has(Field::direct_reply) || record.has(Field::not_accept_reason);
    });
}

void countOutcomes(ledger::View& view, const std::vector<ledger::Seq>& outcomes, TicketLine& line) {
    for (const auto seq : outcomes) {
        const auto entry = view.entry(seq);
        if (!entry.ok()) continue;
        const auto outcome = delivery::decodeOutcome(entry->payload);
        if (!outcome.ok()) continue;
        if (outcome->verdict == delivery::Verdict::Accepted || outcome->verdict == delivery::Verdict::Duplicate) {
            ++line.delivered[outcome->destination];
        }
    }
}

TicketLine tellLine(ledger::View& view, const OpenedLedger& opened, const ledger::StoredTicket& stored,
                    const std::vector<std::string>& destinations) {
    TicketLine line;
    const auto folded = opened.fold(stored);
    line.ticket_no = stored.ticket_no;
    line.state = folded.state;
    line.round = folded.round;
    line.names = stored.aliases;
    line.records = stored.records.size();
    line.findings = folded.findings.size();
    line.answered = folded.has_appeal && isAnswered(stored.records);
    countOutcomes(view, stored.outcomes, line);
    for (const auto& destination : destinations) {
        line.unfinished += view.deliveriesOf(destination, stored.ticket_no).size();
        const auto routed = view.cursor("route:" + destination);
        line.unfinished += static_cast<std::size_t>(
            std::count_if(stored.records.begin(), stored.records.end(),
                          [&](const ledger::StoredRecord& record) { return record.seq > routed; }));
    }
    return line;
}

void writeJson(const std::vector<TicketLine>& lines) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartArray();
    for (const auto& line : lines) {
        writer.StartObject();
        json::writeText(writer, "ticket_no", line.ticket_no);
        json::writeText(writer, "state", ticket::stateRow(line.state).name);
        writer.Key("round");
        writer.Int64(line.round);
        writer.Key("names");
        writer.StartArray();
        for (const auto& alias : line.names) writer.String(alias.party + "/" + alias.number);
        writer.EndArray();
        json::writeNumber(writer, "records", line.records);
        json::writeNumber(writer, "findings", line.findings);
        writer.Key("delivered");
        writer.StartObject();
        for (const auto& [destination, count] : line.delivered) {
            json::writeNumber(writer, destination, count);
        }
        writer.EndObject();
        json::writeNumber(writer, "unfinished", line.unfinished);
        writer.Key("answered");
        writer.Bool(line.answered);
        writer.Key("settled");
        writer.Bool(line.settled());
        writer.EndObject();
    }
    writer.EndArray();
    std::cout << buffer.GetString() << '\n';
}

void writeTable(const std::vector<TicketLine>& lines) {
    Table table{{"工单 ticket", "状态 state", "轮 round", "记录 records", "已签收 signed for", "未完 open", "名称 names"}, {}};
    for (const auto& line : lines) {
        std::string delivered, names;
        for (const auto& [destination, count] : line.delivered) {
            delivered += (delivered.empty() ? "" : ", ") + destination + " " + std::to_string(count);
        }
        for (const auto& alias : line.names) {
            names += (names.empty() ? "" : ", ") + alias.party + "/" + alias.number;
        }
        const auto& state = ticket::stateRow(line.state);
        table.rows.push_back({line.ticket_no, std::string(state.zh) + " " + state.name, std::to_string(line.round),
                              std::to_string(line.records), delivered, std::to_string(line.unfinished),
                              clipped(names, 80)});
    }
    print(std::cout, table);
    const auto settled = std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.settled(); });
    std::cout << lines.size() << " 张工单 tickets, " << settled << " 张已答复并全部送达 answered and wholly delivered\n";
}

}  // namespace

int listTickets(const CommandOptions& options, bool unsettled_only, std::size_t limit) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto routes = routesOf(options.directory, options.trial);
        if (!routes.ok()) return reportError(routes.error());
        std::vector<std::string> destinations;
        for (const auto& row : routes->destinations()) destinations.push_back(row.id);

        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        std::vector<TicketLine> lines;
        for (const auto& ticket_no : (*snapshot)->ticketNumbers(limit)) {
            const auto stored = ledger::readTicket(**snapshot, ticket_no);
            if (!stored.ok()) return reportError(stored.error());
            auto line = tellLine(**snapshot, opened, *stored, destinations);
            if (!unsettled_only || !line.settled()) lines.push_back(std::move(line));
        }
        if (options.json) {
            writeJson(lines);
        } else {
            writeTable(lines);
        }
        return unsettled_only && !lines.empty() ? kExitFound : kExitOk;
    }, options.trial);
}

}  // namespace yht::app
