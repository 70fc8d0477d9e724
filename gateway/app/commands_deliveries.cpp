#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/maintenance_look.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/delivery/routing.h"
#include "gateway/delivery/status.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using delivery::DeadLetter;
using delivery::DestinationStatus;
using json::Writer;

void writeDeadLetter(Writer& writer, const DeadLetter& letter) {
    writer.StartObject();
    json::writeNumber(writer, "seq", letter.seq);
    json::writeText(writer, "ticket_no", letter.ticket_no);
    json::writeText(writer, "kind", ticket::kindRow(letter.kind).name);
    json::writeNumber(writer, "attempts", letter.attempts);
    json::writeText(writer, "code", letter.reason.code);
    json::writeText(writer, "peer_code", letter.reason.peer_code);
    writer.Key("fields");
    writer.StartArray();
    for (const auto& field : letter.reason.fields) {
        writer.StartObject();
        json::writeText(writer, "pointer", field.pointer);
        json::writeText(writer, "code", field.code);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
}

void writeJson(const std::vector<DestinationStatus>& all, base::UnixMillis now_ms) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartArray();
    for (const auto& one : all) {
        writer.StartObject();
        json::writeText(writer, "destination", one.destination);
        json::writeNumber(writer, "backlog", one.backlog());
        json::writeNumber(writer, "ready", one.ready);
        json::writeNumber(writer, "in_flight", one.in_flight);
        json::writeNumber(writer, "held", one.held);
        json::writeNumber(writer, "unknown", one.unknown);
        json::writeNumber(writer, "dead", one.dead);
        writer.Key("oldest_age_ms");
        writer.Int64(one.oldest_committed_ms == 0 ? 0 : now_ms - one.oldest_committed_ms);
        writer.Key("rate_per_s");
        writer.Double(one.rate_per_s);
        writer.Key("drain_s");
        writer.Int64(one.drain_s);
        json::writeText(writer, "last_error", one.last_error);
        json::writeTime(writer, "maintenance_until_time", one.inMaintenance(now_ms) ? one.maintenance_until_ms : 0);
        writer.Key("dead_letters");
        writer.StartArray();
        for (const auto& letter : one.dead_letters) writeDeadLetter(writer, letter);
        writer.EndArray();
        writer.EndObject();
    }
    writer.EndArray();
    std::cout << buffer.GetString() << '\n';
}

std::string drainText(const DestinationStatus& one) {
    if (one.backlog() == 0) return "-";
    return one.drain_s < 0 ? "不动 stands still" : humanDuration(one.drain_s * 1000);
}

void writeTable(const std::vector<DestinationStatus>& all, base::UnixMillis now_ms) {
    Table table{{"对端 destination", "积压 backlog", "最久 oldest", "速率 rate/s", "排空 drain", "等待 held", "不明 unknown",
                 "死信 dead", "最近错误 last error"}, {}};
    for (const auto& one : all) {
        char rate[32];
        std::snprintf(rate, sizeof rate, "%.1f", one.rate_per_s);
        const auto oldest = one.oldest_committed_ms == 0 ? "-" : humanDuration(now_ms - one.oldest_committed_ms);
        table.rows.push_back({one.destination, std::to_string(one.backlog()), oldest, rate, drainText(one),
                              std::to_string(one.held), std::to_string(one.unknown), std::to_string(one.dead),
                              one.last_error.empty() ? "-" : one.last_error});
    }
    print(std::cout, table);
    for (const auto& one : all) {
        if (const auto text = maintenanceText(one, now_ms); !text.empty()) std::cout << one.destination << ": " << text << '\n';
    }
}

void writeDeadLetters(const std::vector<DestinationStatus>& all) {
    Table table{{"死信 dead letter", "#", "工单 ticket", "记录 record", "次数 attempts", "错误 error"}, {}};
    for (const auto& one : all) {
        for (const auto& letter : one.dead_letters) {
            std::string error = letter.reason.code;
            if (!letter.reason.peer_code.empty()) error += " " + letter.reason.peer_code;
            for (const auto& field : letter.reason.fields) error += " " + field.pointer + ":" + field.code;
            const auto& kind = ticket::kindRow(letter.kind);
            table.rows.push_back({one.destination, std::to_string(letter.seq), letter.ticket_no,
                                  std::string(kind.zh) + " " + kind.name, std::to_string(letter.attempts),
                                  error});
        }
    }
    if (table.rows.empty()) return;
    std::cout << '\n';
    print(std::cout, table);
}

}  // namespace

int listDeliveries(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto routes = routesOf(options.directory, options.trial);
        if (!routes.ok()) return reportError(routes.error());
        std::vector<std::string> ids;
        for (const auto& row : routes->destinations()) ids.push_back(row.id);
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto now_ms = opened.clock->nowMillis();
        auto all = delivery::deliveryStatus(**snapshot, ids, now_ms);
        lookAtMaintenance(options.directory, *routes, now_ms, all);
        if (options.json) {
            writeJson(all, now_ms);
        } else {
            writeTable(all, now_ms);
            writeDeadLetters(all);
        }
        return kExitOk;
    }, options.trial);
}

}  // namespace yht::app
