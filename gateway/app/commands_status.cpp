#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/status_screen.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using json::Writer;

template <class Items, class Write>
void list(Writer& writer, const char* name, const Items& items, const Write& write) {
    writer.Key(name);
    writer.StartArray();
    for (const auto& item : items) write(item);
    writer.EndArray();
}

/// An array of objects, whose members `write` writes.
template <class Items, class Write>
void objects(Writer& writer, const char* name, const Items& items, const Write& write) {
    list(writer, name, items, [&](const auto& item) {
        writer.StartObject();
        write(item);
        writer.EndObject();
    });
}

void writeLedger(Writer& writer, const Status& status) {
    json::writeNumber(writer, "entries", status.entries);
    json::writeTime(writer, "last_committed_time", status.last_committed_ms);
    json::writeNumber(writer, "ledger_bytes", status.ledger_bytes);
    json::writeNumber(writer, "disk_free_bytes", status.disk_free_bytes);
    json::writeNumber(writer, "quarantined", status.quarantined);
    json::writeNumber(writer, "attachments_overdue", status.unnamed_overdue);
    json::writeNumber(writer, "archives", status.archive_count);
    json::writeNumber(writer, "archive_bytes", status.archive_bytes);
    list(writer, "archives_missing", status.archives_missing, [&](const auto& path) { writer.String(path); });
}

void writeHealth(Writer& writer, const Status& status) {
    objects(writer, "health", status.healths, [&](const auto& one) {
        json::writeText(writer, "source", one.health.source);
        json::writeText(writer, "way", one.way);
        json::writeText(writer, "state", one.health.state);
        json::writeText(writer, "reason", one.health.reason);
        json::writeTime(writer, "since", one.health.since_ms);
        json::writeTime(writer, "last_success", one.health.pull.last_success_ms);
        json::writeTime(writer, "last_item", one.health.items.last_item_ms);
        json::writeNumber(writer, "open_quarantine", one.health.open_quarantine);
        json::writeText(writer, "owner", one.owner);
    });
}

void writeAccounts(Writer& writer, const Status& status) {
    objects(writer, "accounts_today", status.accounts_today, [&](const auto& day) {
        json::writeText(writer, "source", day.source);
        json::writeNumber(writer, "received", day.account.received);
        json::writeNumber(writer, "accepted", day.account.accepted);
        json::writeNumber(writer, "stale", day.account.stale);
        json::writeNumber(writer, "duplicate", day.account.duplicate);
        json::writeNumber(writer, "quarantined", day.account.quarantined);
        json::writeNumber(writer, "refused", day.account.refused);
        json::writeNumber(writer, "ignored", day.account.ignoredCount());
        json::writeNumber(writer, "unmapped_codes", day.account.unmapped_codes);
        json::writeNumber(writer, "unknown_members", day.account.unknown_members);
    });
}

void writeSources(Writer& writer, const Status& status) {
    objects(writer, "sources", status.sources, [&](const auto& one) {
        json::writeText(writer, "id", one.id);
        json::writeTime(writer, "last_received_time", one.last_received_ms);
    });
    writeHealth(writer, status);
    writeAccounts(writer, status);
    objects(writer, "history", status.history, [&](const auto& one) {
        json::writeText(writer, "source", one.source);
        json::writeNumber(writer, "held", one.held);
        json::writeNumber(writer, "released", one.released);
    });
    objects(writer, "attachments", status.attachments, [&](const auto& one) {
        json::writeText(writer, "source", one.source);
        json::writeText(writer, "state", one.state);
        json::writeNumber(writer, "count", one.count);
        json::writeTime(writer, "oldest_time", one.oldest_ms);
    });
}

void writeDestinations(Writer& writer, const Status& status, base::UnixMillis now_ms) {
    objects(writer, "destinations", status.destinations, [&](const auto& one) {
        json::writeText(writer, "id", one.destination);
        json::writeNumber(writer, "backlog", one.backlog());
        json::writeNumber(writer, "dead", one.dead);
        json::writeTime(writer, "oldest_committed_time", one.oldest_committed_ms);
        json::writeText(writer, "last_error", one.last_error);
        json::writeTime(writer, "maintenance_until_time", one.inMaintenance(now_ms) ? one.maintenance_until_ms : 0);
    });
}

void writeCertificates(Writer& writer, const Status& status) {
    objects(writer, "certificates", status.certificates, [&](const auto& one) {
        json::writeText(writer, "what", one.what);
        json::writeTime(writer, "not_after_time", one.not_after_ms);
    });
    objects(writer, "revocation", status.revocation, [&](const auto& one) {
        json::writeText(writer, "peer", one.peer);
        json::writeText(writer, "fingerprint", one.fingerprint);
        json::writeText(writer, "policy", trust::revocationPolicyText(one.policy));
        json::writeText(writer, "state", one.state);
        json::writeText(writer, "code", one.code);
        json::writeTime(writer, "good_until_time", one.good_until_ms);
    });
}

void printJson(const Status& status, const std::vector<std::string>& found, base::UnixMillis now_ms) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    writer.Key("serving");
    writer.Bool(status.serving);
    writer.Key("ready");
    writer.Bool(status.ready);
    list(writer, "not_ready", status.not_ready, [&](const auto& name) { writer.String(name); });
    writeLedger(writer, status);
    writeSources(writer, status);
    writeDestinations(writer, status, now_ms);
    writeCertificates(writer, status);
    list(writer, "troubles", found, [&](const auto& one) { writer.String(one); });
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int showStatus(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto status = gatherStatus(opened);
        if (!status.ok()) return reportError(status.error());
        const auto now_ms = opened.clock->nowMillis();
        const auto found = troubles(*status, now_ms);
        if (options.json) {
            printJson(*status, found, now_ms);
        } else {
            printScreen(std::cout, *status, found, now_ms);
        }
        return found.empty() ? kExitOk : kExitFound;
    });
}

}  // namespace yht::app
