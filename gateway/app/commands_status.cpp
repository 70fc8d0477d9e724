#include <iostream>
#include <map>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/status.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using json::Writer;

constexpr std::size_t kCertificatesShownMax = 3;
constexpr std::size_t kHealthyShownMax = 12;  // more sources than that: only those in trouble have a row

std::string ageText(base::UnixMillis since_ms, base::UnixMillis now_ms) {
    if (since_ms == 0) return "-";
    return humanDuration(std::max<std::int64_t>(0, now_ms - since_ms)) + " 前 ago";
}

std::string bytesText(std::uint64_t bytes) {
    const std::uint64_t mebibytes = bytes >> 20;
    return mebibytes < 10'240 ? std::to_string(mebibytes) + " MiB" : std::to_string(mebibytes >> 10) + " GiB";
}

void printHead(const Status& status, base::UnixMillis now_ms) {
    std::cout << "网关 gateway: "
              << (!status.serving ? "未运行 not running" : status.ready ? "就绪 ready" : "未就绪 not ready")
              << "\n账本 ledger: " << status.entries << " 条 entries, 最新 newest "
              << ageText(status.last_committed_ms, now_ms) << ", " << bytesText(status.ledger_bytes)
              << ", 磁盘可用 disk free " << bytesText(status.disk_free_bytes) << '\n';
    if (status.archive_count > 0) {
        std::cout << "归档 archives: " << status.archive_count << " 个文件 files, " << bytesText(status.archive_bytes) << '\n';
    }
    std::cout << '\n';
}

void printAccounts(const std::vector<ledger::SourceDay>& days) {
    if (days.empty()) return;
    Table table{{"今日条目 items today", "收到 received", "入账 accepted", "重复 duplicate", "隔离 quarantined", "拒收 refused",
                 "忽略 ignored", "未对照代码 unmapped"}, {}};
    for (const auto& day : days) {
        const auto& account = day.account;
        table.rows.push_back({day.source, std::to_string(account.received), std::to_string(account.accepted),
                              std::to_string(account.duplicate), std::to_string(account.quarantined),
                              std::to_string(account.refused), std::to_string(account.ignoredCount()),
                              std::to_string(account.unmapped_codes)});
    }
    std::cout << '\n';
    print(std::cout, table);
}

/// A row of health for each source in its own format; of many, only for those that somebody should look at.
void printHealth(const std::vector<SourceHealthStatus>& all, base::UnixMillis now_ms) {
    if (all.empty()) return;
    constexpr std::size_t kReasonCells = 60;
    Table table{{"来源健康 health", "方式 way", "状态 state", "自 since", "上次成功 success", "最近条目 item", "隔离 quar.", "责任人 owner", "说明 reason"}, {}};
    std::map<std::string, std::size_t> others;
    for (const auto& one : all) {
        const auto& health = one.health;
        if (all.size() > kHealthyShownMax && !health.trouble()) {
            ++others[health.state];
            continue;
        }
        table.rows.push_back({health.source, one.way, std::string(intake::stateZh(health.state)) + " " + health.state, ageText(health.since_ms, now_ms),
                              ageText(health.pull.last_success_ms, now_ms), ageText(health.items.last_item_ms, now_ms),
                              std::to_string(health.open_quarantine), printable(one.owner), clipped(health.reason, kReasonCells)});
    }
    std::cout << '\n';
    if (!table.rows.empty()) print(std::cout, table);
    for (const auto& [state, count] : others) {
        std::cout << count << " 个来源 sources " << intake::stateZh(state) << ' ' << state << ": yht sources\n";
    }
}

/// What sources' items left to be done.
void printSourceWork(const Status& status, base::UnixMillis now_ms) {
    Table history{{"历史待放行 history", "待放行 held", "放行中 released", "最早 first", "最晚 last"}, {}};
    for (const auto& one : status.history) {
        const auto day = [&](base::UnixMillis ms) {
            return one.held == 0 ? std::string("-") : base::formatRfc3339(ms).substr(0, 10);
        };
        history.rows.push_back({one.source, std::to_string(one.held), std::to_string(one.released),
                                day(one.first_event_ms), day(one.last_event_ms)});
    }
    Table attachments{{"来源附件 attachments", "状态 state", "个数 count", "最久 oldest"}, {}};
    for (const auto& one : status.attachments) {
        attachments.rows.push_back({one.source, one.state, std::to_string(one.count), ageText(one.oldest_ms, now_ms)});
    }
    for (const Table* table : {&history, &attachments}) {
        if (table->rows.empty()) continue;
        std::cout << '\n';
        print(std::cout, *table);
    }
}

void printTables(const Status& status, base::UnixMillis now_ms) {
    Table sources{{"来源 source", "名称 name", "最近来报 last heard"}, {}};
    for (const auto& one : status.sources)
        sources.rows.push_back({one.id, one.name_zh, ageText(one.last_received_ms, now_ms)});
    print(std::cout, sources);
    printHealth(status.healths, now_ms);
    printAccounts(status.accounts_today);
    printSourceWork(status, now_ms);
    Table destinations{{"对端 destination", "积压 backlog", "最久 oldest", "死信 dead", "最近错误 last error"}, {}};
    for (const auto& one : status.destinations) {
        destinations.rows.push_back(
            {one.destination, std::to_string(one.backlog()), ageText(one.oldest_committed_ms, now_ms),
             std::to_string(one.dead), one.last_error.empty() ? "-" : one.last_error}
        );
    }
    std::cout << '\n';
    print(std::cout, destinations);
    Table certificates{{"证书 certificate", "有效期至 valid until"}, {}};
    for (std::size_t i = 0; i < std::min(kCertificatesShownMax, status.certificates.size()); ++i) {
        const auto& one = status.certificates[i];
        certificates.rows.push_back({one.what, base::formatRfc3339(one.not_after_ms).substr(0, 10)});
    }
    std::cout << '\n';
    print(std::cout, certificates);
}

template <class Items, class Write>
void list(Writer& writer, const char* name, const Items& items, const Write& write) {
    writer.Key(name);
    writer.StartArray();
    for (const auto& item : items) write(item);
    writer.EndArray();
}

void printJson(const Status& status, const std::vector<std::string>& found) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    writer.Key("serving");
    writer.Bool(status.serving);
    writer.Key("ready");
    writer.Bool(status.ready);
    list(writer, "not_ready", status.not_ready, [&](const auto& name) { writer.String(name); });
    json::writeNumber(writer, "entries", status.entries);
    json::writeTime(writer, "last_committed_time", status.last_committed_ms);
    json::writeNumber(writer, "ledger_bytes", status.ledger_bytes);
    json::writeNumber(writer, "disk_free_bytes", status.disk_free_bytes);
    json::writeNumber(writer, "quarantined", status.quarantined);
    json::writeNumber(writer, "attachments_overdue", status.unnamed_overdue);
    json::writeNumber(writer, "archives", status.archive_count);
    json::writeNumber(writer, "archive_bytes", status.archive_bytes);
    list(writer, "archives_missing", status.archives_missing, [&](const auto& path) { writer.String(path); });
    list(writer, "sources", status.sources, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "id", one.id);
        json::writeTime(writer, "last_received_time", one.last_received_ms);
        writer.EndObject();
    });
    list(writer, "health", status.healths, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "source", one.health.source);
        json::writeText(writer, "way", one.way);
        json::writeText(writer, "state", one.health.state);
        json::writeText(writer, "reason", one.health.reason);
        json::writeTime(writer, "since", one.health.since_ms);
        json::writeTime(writer, "last_success", one.health.pull.last_success_ms);
        json::writeTime(writer, "last_item", one.health.items.last_item_ms);
        json::writeNumber(writer, "open_quarantine", one.health.open_quarantine);
        json::writeText(writer, "owner", one.owner);
        writer.EndObject();
    });
    list(writer, "accounts_today", status.accounts_today, [&](const auto& day) {
        writer.StartObject();
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
        writer.EndObject();
    });
    list(writer, "history", status.history, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "source", one.source);
        json::writeNumber(writer, "held", one.held);
        json::writeNumber(writer, "released", one.released);
        writer.EndObject();
    });
    list(writer, "attachments", status.attachments, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "source", one.source);
        json::writeText(writer, "state", one.state);
        json::writeNumber(writer, "count", one.count);
        json::writeTime(writer, "oldest_time", one.oldest_ms);
        writer.EndObject();
    });
    list(writer, "destinations", status.destinations, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "id", one.destination);
        json::writeNumber(writer, "backlog", one.backlog());
        json::writeNumber(writer, "dead", one.dead);
        json::writeTime(writer, "oldest_committed_time", one.oldest_committed_ms);
        json::writeText(writer, "last_error", one.last_error);
        writer.EndObject();
    });
    list(writer, "certificates", status.certificates, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "what", one.what);
        json::writeTime(writer, "not_after_time", one.not_after_ms);
        writer.EndObject();
    });
    list(writer, "revocation", status.revocation, [&](const auto& one) {
        writer.StartObject();
        json::writeText(writer, "peer", one.peer);
        json::writeText(writer, "fingerprint", one.fingerprint);
        json::writeText(writer, "policy", trust::revocationPolicyText(one.policy));
        json::writeText(writer, "state", one.state);
        json::writeText(writer, "code", one.code);
        json::writeTime(writer, "good_until_time", one.good_until_ms);
        writer.EndObject();
    });
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
            printJson(*status, found);
        } else {
            printHead(*status, now_ms);
            printTables(*status, now_ms);
            std::cout << '\n';
            for (const auto& one : found) std::cout << "! " << one << '\n';
            if (found.empty()) std::cout << "一切正常 all is well\n";
        }
        return found.empty() ? kExitOk : kExitFound;
    });
}

}  // namespace yht::app
