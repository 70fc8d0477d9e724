#include "gateway/app/control_ledger.h"

#include "gateway/app/control_archive.h"
#include "gateway/app/control_rekey.h"
#include "gateway/app/deployment.h"
#include "gateway/app/erasure_carriers.h"
#include "gateway/app/opened_attachments.h"
#include "gateway/intake/admission/honour.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using json::Writer;

base::Error explained(base::Error error, const std::string& ticket_no) {
    if (error.code == ErrorCode::NotFound) {
        return base::makePublicError(
            ErrorCode::NotFound, "There is no ticket " + ticket_no + ".",
            "没有工单 " + ticket_no + "。"
        );
    }
    if (error.code == ErrorCode::LedgerErased) {
        return base::makePublicError(
            ErrorCode::LedgerErased, "Ticket " + ticket_no + " was erased before.",
            "工单 " + ticket_no + " 此前已删除。"
        );
    }
    return error;
}

std::string answerOf(const ledger::ErasureReport& report, std::size_t attachments) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    json::writeNumber(writer, "attachments", attachments);
    json::writeNumber(writer, "entries", report.note.entries.size());
    writer.Key("files_clean");
    writer.Bool(report.files_clean);
    json::writeNumber(writer, "messages", report.note.messages.size());
    json::writeNumber(writer, "open_items", report.open_items);
    json::writeNumber(writer, "other_records", report.other_records);
    json::writeNumber(writer, "seq", report.seq);
    json::writeText(writer, "ticket_no", report.note.ticket_no);
    writer.Key("unsent");
    writer.StartArray();
    for (const auto& row : report.note.unsent) writer.String(row);
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

base::Result<std::shared_ptr<const trust::TrustSnapshot>> registryOf(const ControlServices& services) {
    if (services.trust) return services.trust();
    return trust::loadTrust(services.directory);
}

base::Result<std::string> erase(ControlServices& services, const ControlCall& call) {
    const auto& ticket_no = call.argument("ticket_no");
    auto snapshot = services.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto carries = carriersOf(**snapshot, ticket_no);
    if (!carries.ok()) return explained(carries.error(), ticket_no);
    snapshot->reset();  // a reader of ours must not keep the write-ahead log from being emptied
    ledger::ErasureOrder order;
    order.ticket_no = ticket_no;
    order.operator_id = call.operator_id;
    order.why = call.request.why;
    const RegistrySource registry = [&services] { return registryOf(services); };
    if (services.attachments != nullptr) {
        order.attachments = [&](ledger::View& view, const std::vector<ledger::NamedAttachment>& named) {
            return noteErasing(*services.attachments, registry, view, named);
        };
    }
    const auto report = ledger::eraseTicket(
        services.store, services.clock, services.random, std::move(order), *carries
    );
    std::size_t destroyed = 0;
    if (services.attachments != nullptr) {
        const auto gone = endErasing(*services.attachments, services.store, registry);
        if (!gone.ok()) return gone.error();
        destroyed = *gone;
    }
    if (!report.ok()) return explained(report.error(), ticket_no);
    return answerOf(*report, destroyed);
}

base::Result<std::string> honour(
    const std::string& directory, ControlServices& services, const ControlCall& call
) {
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    const auto options = storeOptions(*config, services.clock, services.random, true);
    if (!options.ok()) return options.error();
    const auto honoured = intake::honourReceipt(
        services.store, options->log_key->publicKey(), services.random,
        {.receipt = call.argument("receipt"),
         .record = call.argument("record"),
         .operator_id = call.operator_id,
         .why = call.request.why}
    );
    if (!honoured.ok()) return honoured.error();
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    json::writeText(writer, "lost_origin", honoured->lost_origin);
    json::writeNumber(writer, "lost_seq", honoured->lost_seq);
    json::writeNumber(writer, "seq", honoured->seq);
    json::writeText(writer, "ticket_no", honoured->ticket_no);
    writer.Key("was_back");
    writer.Bool(honoured->was_back);
    writer.EndObject();
    return std::string(buffer.GetString());
}

base::Result<std::string> noteExport(ControlServices& services, const ControlCall& call) {
    const auto noted = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call);
    });
    if (!noted.ok()) return noted.error();
    return std::string("{}");
}

bool withPayloads(const ControlRequest& request) {
    const auto payloads = request.arguments.find("payloads");
    return payloads != request.arguments.end() && payloads->second == "yes";
}

}  // namespace

std::vector<ControlCommand> ledgerCommands(const std::string& directory) {
    return {
        archiveCommand(directory),
        rekeyCommand(),
        {kEraseTicket, {"ticket_no"}, true, erase, kSecurityRole, always},
        {kExportLedger, {"from", "payloads", "ticket_no", "to"}, true, noteExport, kSecurityRole | kAuditRole, withPayloads},
        {kHonourReceipt,
         {"receipt", "record"},
         true,
         [directory](ControlServices& services, const ControlCall& call) {
             return honour(directory, services, call);
         }}};
}

}  // namespace yht::app
