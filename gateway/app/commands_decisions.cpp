// `yht deliveries list|show|retry|taken|discard`: what an operator looks at and decides about deliveries that no
// longer move by themselves.
#include <iostream>
#include <limits>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_deliveries.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/delivery/decision.h"
#include "gateway/delivery/outcome.h"
#include "gateway/delivery/parcel.h"
#include "gateway/delivery/routing.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using delivery::DeadReason;
using ledger::DeliveryRow;
using ledger::DeliveryState;
using json::Writer;

constexpr auto kAnyTime = std::numeric_limits<base::UnixMillis>::max();
constexpr DeliveryState kStates[] = {DeliveryState::Ready, DeliveryState::InFlight, DeliveryState::Held,
                                     DeliveryState::Unknown, DeliveryState::Dead};

struct StateText {
    const char* zh;
    const char* en;  // what it means for the operator
};

StateText stateText(DeliveryState state) {
    switch (state) {
        case DeliveryState::Ready: return {"待发送", "goes out by itself"};
        case DeliveryState::InFlight: return {"发送中", "on its way"};
        case DeliveryState::Held: return {"挂起等待", "waits for another record"};
        case DeliveryState::Unknown: return {"结果不明", "its answer was lost"};
        case DeliveryState::Dead: return {"死信", "does not move without a correction or a decision"};
    }
    YHT_ASSERT(false);
}

/// What stands in the row's reason, whatever its state keeps there.
DeadReason reasonOf(const DeliveryRow& row) {
    if (row.state == DeliveryState::Dead) return delivery::decodeDeadReason(row.reason);
    if (const auto plan = delivery::decodePlan(row.reason)) return {.code = plan->error};
    return {.code = row.reason};
}

std::string errorText(const DeadReason& reason) {
    std::string text = reason.code.empty() ? "-" : reason.code;
    if (!reason.peer_code.empty()) text += " " + reason.peer_code;
    for (const auto& field : reason.fields) text += " " + field.pointer + ":" + field.code;
    return text;
}

std::string kindText(const DeliveryRow& row) {
    if (row.kind < 1 || row.kind > ticket::kKindCount) return "?";
    const auto& kind = ticket::kindRow(static_cast<ticket::Kind>(row.kind));
    return std::string(kind.zh) + " " + kind.name;
}

void writeRow(Writer& writer, const DeliveryRow& row) {
    const auto reason = reasonOf(row);
    writer.StartObject();
    json::writeText(writer, "destination", row.destination);
    json::writeNumber(writer, "seq", row.seq);
    json::writeText(writer, "ticket_no", row.ticket_no);
    json::writeText(writer, "kind", row.kind >= 1 && row.kind <= ticket::kKindCount
                               ? ticket::kindRow(static_cast<ticket::Kind>(row.kind)).name
                               : "");
    json::writeText(writer, "state", ledger::deliveryStateName(row.state));
    json::writeNumber(writer, "attempts", row.attempts);
    json::writeText(writer, "committed_time", base::formatRfc3339(row.committed_ms));
    json::writeText(writer, "code", reason.code);
    json::writeText(writer, "peer_code", reason.peer_code);
    writer.Key("fields");
    writer.StartArray();
    for (const auto& field : reason.fields) {
        writer.StartObject();
        json::writeText(writer, "pointer", field.pointer);
        json::writeText(writer, "code", field.code);
        json::writeText(writer, "limit", field.limit);
        json::writeText(writer, "zh", field.zh);
        json::writeText(writer, "en", field.en);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
}

void printRow(const DeliveryRow& row) {
    const auto reason = reasonOf(row);
    const auto state = stateText(row.state);
    Table table{{"投递 delivery", "#" + std::to_string(row.seq) + " → " + row.destination}, {}};
    table.rows = {{"工单 ticket", row.ticket_no.empty() ? "-" : row.ticket_no},
                  {"记录 record", kindText(row)},
                  {"状态 state", std::string(state.zh) + " " + ledger::deliveryStateName(row.state) + ": " + state.en},
                  {"入账 committed", base::formatRfc3339(row.committed_ms)},
                  {"次数 attempts", std::to_string(row.attempts)},
                  {"错误 error", reason.code.empty() ? "-" : reason.code},
                  {"对端代码 its code", reason.peer_code.empty() ? "-" : reason.peer_code}};
    for (const auto& field : reason.fields) {
        const std::string limit = field.limit.empty() ? "" : " (" + field.limit + ")";
        table.rows.push_back({"字段 field", (field.pointer.empty() ? "-" : field.pointer) + " " + field.code + limit +
                                                " " + field.zh + " " + field.en});
    }
    print(std::cout, table);
    if (row.state == DeliveryState::Ready || row.state == DeliveryState::InFlight) return;
    const std::string name = row.destination + " " + std::to_string(row.seq) + " --why \"…\"\n";
    std::cout << "\n可作处置 to decide (看 yht deliveries retry --help):\n  yht deliveries retry " << name
              << "  yht deliveries taken " << name << "  yht deliveries discard " << name;
}

}  // namespace

int listRows(const CommandOptions& options, const RowFilter& filter) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto routes = routesOf(options.directory, options.trial);
        if (!routes.ok()) return reportError(routes.error());
        if (!filter.destination.empty() && routes->findDestination(filter.destination) == nullptr) {
            return reportError(base::makePublicError(base::ErrorCode::NotFound,
                                                     "routes.yaml names no destination " + filter.destination + ".",
                                                     "routes.yaml 中没有对端 " + filter.destination + "。"));
        }
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        rapidjson::StringBuffer buffer;
        Writer writer(buffer);
        writer.StartArray();
        Table table{{"对端 destination", "#", "工单 ticket", "记录 record", "次数 attempts", "错误 error"}, {}};
        for (const auto& destination : routes->destinations()) {
            if (!filter.destination.empty() && destination.id != filter.destination) continue;
            for (const auto state : kStates) {
                if (filter.state != ledger::deliveryStateName(state)) continue;
                for (const auto& row : (*snapshot)->deliveries(destination.id, state, kAnyTime, filter.limit)) {
                    if (options.json) writeRow(writer, row);
                    table.rows.push_back({row.destination, std::to_string(row.seq), row.ticket_no, kindText(row),
                                          std::to_string(row.attempts), errorText(reasonOf(row))});
                }
            }
        }
        writer.EndArray();
        if (options.json) {
            std::cout << buffer.GetString() << '\n';
        } else if (table.rows.empty()) {
            std::cout << "没有 none: " << filter.state << '\n';
        } else {
            print(std::cout, table);
        }
        return kExitOk;
    }, options.trial);
}

int showRow(const CommandOptions& options, const std::string& destination, std::uint64_t seq) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto row = delivery::findRow(**snapshot, destination, seq);
        if (!row) {
            return reportError(base::makePublicError(
                base::ErrorCode::NotFound, "Nothing unfinished of that entry at this destination.",
                "该条目在此对端没有未完成的投递。"));
        }
        if (!options.json) {
            printRow(*row);
            return kExitOk;
        }
        rapidjson::StringBuffer buffer;
        Writer writer(buffer);
        writeRow(writer, *row);
        std::cout << buffer.GetString() << '\n';
        return kExitOk;
    }, options.trial);
}

int decideDelivery(const CommandOptions& options, const DecisionLine& line) {
    if (options.trial) {
        return reportError(base::makePublicError(
            base::ErrorCode::ParameterInvalid, "Decisions are about the live ledger; what is in the trial ledger may stay undelivered.",
            "投递处置仅针对正式账本;联调账本中的投递无需处置。"
        ));
    }
    const auto answer = command(options.directory, {kDecideDelivery,
                                                    {{"decision", delivery::rowDecisionName(line.decision)},
                                                     {"destination", line.destination},
                                                     {"seq", std::to_string(line.seq)}},
                                                    line.why});
    if (!answer.ok()) return reportError(answer.error());
    if (options.json) {
        std::cout << *answer << '\n';
    } else {
        std::cout << "已记入账本 recorded: " << delivery::rowDecisionName(line.decision) << " #" << line.seq << " → "
                  << line.destination << '\n';
    }
    return kExitOk;
}

}  // namespace yht::app
