#include "gateway/app/status_screen.h"

#include <algorithm>
#include <map>

#include "gateway/app/maintenance_look.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

constexpr std::size_t kTroublesFirst = 20;  // so many have their lines before a table has more than one row
constexpr std::size_t kCertificatesShown = 3;

/// A table whose first rows matter most.
struct Part {
    Table table;
    std::string others;        // one line about what has no row however much room there is; "": nothing
    const char* where = "";    // the command that shows all
};

std::string ageText(base::UnixMillis since_ms, base::UnixMillis now_ms) {
    if (since_ms == 0) return "-";
    return humanDuration(std::max<std::int64_t>(0, now_ms - since_ms)) + " 前 ago";
}

std::string bytesText(std::uint64_t bytes) {
    const std::uint64_t mebibytes = bytes >> 20;
    return mebibytes < 10'240 ? std::to_string(mebibytes) + " MiB" : std::to_string(mebibytes >> 10) + " GiB";
}

void printHead(std::ostream& out, const Status& status, base::UnixMillis now_ms) {
    out << "网关 gateway: " << (!status.serving ? "未运行 not running" : status.ready ? "就绪 ready" : "未就绪 not ready")
        << "\n账本 ledger: " << status.entries << " 条 entries, 最新 newest " << ageText(status.last_committed_ms, now_ms) << ", "
        << bytesText(status.ledger_bytes) << ", 磁盘可用 disk free " << bytesText(status.disk_free_bytes) << '\n';
    if (status.archive_count > 0) {
        out << "归档 archives: " << status.archive_count << " 个文件 files, " << bytesText(status.archive_bytes) << '\n';
    }
}

std::size_t headLines(const Status& status) { return status.archive_count > 0 ? 3 : 2; }

/// Those for which `first` says so stand before the others.
template <class Item, class First>
std::vector<const Item*> firstOf(const std::vector<Item>& all, const First& first) {
    std::vector<const Item*> items;
    for (const auto& one : all) items.push_back(&one);
    std::stable_partition(items.begin(), items.end(), [&](const Item* one) { return first(*one); });
    return items;
}

/// Sources that speak their own format, by their health.
Part healthPart(const Status& status, bool many, base::UnixMillis now_ms) {
    constexpr std::size_t kReasonCells = 60;
    Part part{{{"来源健康 health", "方式 way", "状态 state", "自 since", "上次成功 success", "最近条目 item", "隔离 quar.", "责任人 owner", "说明 reason"}, {}}, {}, "yht sources"};
    std::map<std::string, std::size_t> well;
    for (const auto* one : firstOf(status.healths, [](const auto& each) { return each.health.trouble(); })) {
        const auto& health = one->health;
        if (many && !health.trouble()) {
            ++well[health.state];
            continue;
        }
        part.table.rows.push_back({health.source, one->way, std::string(intake::stateZh(health.state)) + " " + health.state, ageText(health.since_ms, now_ms),
                                   ageText(health.pull.last_success_ms, now_ms), ageText(health.items.last_item_ms, now_ms),
                                   std::to_string(health.open_quarantine), one->owner, clipped(health.reason, kReasonCells)});
    }
    for (const auto& [state, count] : well) {
        part.others += (part.others.empty() ? "" : ", ") + std::to_string(count) + " 个来源 sources " + intake::stateZh(state) + " " + state;
    }
    return part;
}

/// Sources whose records come as they are; one in its own format stands among those that have a health.
Part sourcesPart(const Status& status, bool many, base::UnixMillis now_ms) {
    Part part{{{"来源 source", "名称 name", "最近来报 last heard"}, {}}, {}, "yht status --json"};
    std::size_t well = 0;
    for (const auto* one : firstOf(status.sources, [&](const auto& each) { return each.isSilent(now_ms); })) {
        const bool has_health = std::any_of(status.healths.begin(), status.healths.end(), [&](const auto& each) { return each.health.source == one->id; });
        if (has_health) continue;
        if (many && !one->isSilent(now_ms)) {
            ++well;
        } else {
            part.table.rows.push_back({one->id, one->name_zh, ageText(one->last_received_ms, now_ms)});
        }
    }
    if (well > 0) part.others = std::to_string(well) + " 个来源未静默 sources are not silent";
    return part;
}

std::vector<std::string> accountRow(const std::string& source, const ledger::SourceAccount& account) {
    return {source, std::to_string(account.received), std::to_string(account.accepted), std::to_string(account.duplicate),
            std::to_string(account.quarantined), std::to_string(account.refused), std::to_string(account.ignoredCount()),
            std::to_string(account.unmapped_codes)};
}

bool wantsALook(const ledger::SourceDay& day) {
    return day.account.quarantined > 0 || day.account.refused > 0 || day.account.unmapped_codes > 0;
}

/// Of many sources the sum, and those of whose items not all became records.
Part accountsPart(const Status& status, bool many) {
    Part part{{{"今日条目 items today", "收到 received", "入账 accepted", "重复 duplicate", "隔离 quarantined", "拒收 refused", "忽略 ignored", "未对照代码 unmapped"}, {}},
              {},
              "yht sources"};
    ledger::SourceAccount all;
    for (const auto& day : status.accounts_today) all.add(day.account);
    if (many && !status.accounts_today.empty()) part.table.rows.push_back(accountRow("合计 all", all));
    for (const auto* day : firstOf(status.accounts_today, wantsALook)) {
        if (!many || wantsALook(*day)) part.table.rows.push_back(accountRow(day->source, day->account));
    }
    return part;
}

Part historyPart(const Status& status) {
    Part part{{{"历史待放行 history", "待放行 held", "放行中 released", "最早 first", "最晚 last"}, {}}, {}, "yht history list"};
    for (const auto& one : status.history) {
        const auto day = [&](base::UnixMillis ms) {
            return one.held == 0 ? std::string("-") : base::formatRfc3339(ms).substr(0, 10);
        };
        part.table.rows.push_back({one.source, std::to_string(one.held), std::to_string(one.released),
                                   day(one.first_event_ms), day(one.last_event_ms)});
    }
    return part;
}

Part attachmentsPart(const Status& status, base::UnixMillis now_ms) {
    Part part{{{"来源附件 attachments", "状态 state", "个数 count", "最久 oldest"}, {}}, {}, "yht attachments list"};
    for (const auto* one : firstOf(status.attachments, [](const auto& each) { return each.state == ledger::kAttachmentFailed; })) {
        part.table.rows.push_back({one->source, one->state, std::to_string(one->count), ageText(one->oldest_ms, now_ms)});
    }
    return part;
}

Part destinationsPart(const Status& status, base::UnixMillis now_ms) {
    Part part{{{"对端 destination", "积压 backlog", "最久 oldest", "死信 dead", "最近错误、维护 last error, maintenance"}, {}}, {}, "yht deliveries"};
    const bool many = status.destinations.size() > kAllShownMax;
    const auto wants_a_look = [&](const auto& each) { return each.dead > 0 || each.backlog() > 0 || each.inMaintenance(now_ms); };
    std::size_t well = 0;
    for (const auto* one : firstOf(status.destinations, wants_a_look)) {
        if (many && !wants_a_look(*one)) {
            ++well;
            continue;
        }
        std::string note = maintenanceText(*one, now_ms);
        if (!one->last_error.empty()) note += (note.empty() ? "" : ", ") + one->last_error;
        part.table.rows.push_back({one->destination, std::to_string(one->backlog()), ageText(one->oldest_committed_ms, now_ms),
                                   std::to_string(one->dead), note.empty() ? "-" : note});
    }
    if (well > 0) part.others = std::to_string(well) + " 个对端无积压 destinations without backlog";
    return part;
}

Part certificatesPart(const Status& status) {
    Part part{{{"证书 certificate", "有效期至 valid until"}, {}}, {}, "yht certs list"};
    for (std::size_t i = 0; i < std::min(kCertificatesShown, status.certificates.size()); ++i) {
        const auto& one = status.certificates[i];
        part.table.rows.push_back({one.what, base::formatRfc3339(one.not_after_ms).substr(0, 10)});
    }
    return part;
}

std::size_t linesOf(const Part& part, std::size_t rows) {
    const std::size_t all = part.table.rows.size();
    if (all == 0 && part.others.empty()) return 0;
    const std::size_t table = all == 0 ? 0 : 1 + std::min(all, rows) + (all > rows ? 1 : 0);
    return 1 + table + (part.others.empty() ? 0 : 1);
}

std::size_t linesOf(const std::vector<Part>& parts, std::size_t rows) {
    std::size_t lines = 0;
    for (const auto& part : parts) lines += linesOf(part, rows);
    return lines;
}

/// Of each table; at least one.
std::size_t rowsThatFit(const std::vector<Part>& parts, std::size_t lines) {
    std::size_t rows = 1;
    for (const auto& part : parts) rows = std::max(rows, part.table.rows.size());
    while (rows > 1 && linesOf(parts, rows) > lines) --rows;
    return rows;
}

std::string restText(std::size_t count, const char* where) {
    return "… 另有 and " + std::to_string(count) + " more: " + where + '\n';
}

void printTroubles(std::ostream& out, const std::vector<std::string>& found, std::size_t count) {
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) out << "! " << found[i] << '\n';
    if (found.size() > count) out << restText(found.size() - count, "yht status --json");
    if (found.empty()) out << "一切正常 all is well\n";
}

void printPart(std::ostream& out, Part part, std::size_t rows) {
    if (linesOf(part, rows) == 0) return;
    out << '\n';
    const std::size_t all = part.table.rows.size();
    part.table.rows.resize(std::min(all, rows));
    if (all > 0) print(out, part.table);
    if (all > rows) out << restText(all - rows, part.where);
    if (!part.others.empty()) out << part.others << ": " << part.where << '\n';
}

}  // namespace

void printScreen(std::ostream& out, const Status& status, const std::vector<std::string>& found, base::UnixMillis now_ms) {
    const bool many = status.sources.size() > kAllShownMax;
    const std::vector<Part> parts{healthPart(status, many, now_ms), sourcesPart(status, many, now_ms), accountsPart(status, many), historyPart(status),
                                  attachmentsPart(status, now_ms), destinationsPart(status, now_ms), certificatesPart(status)};
    const std::size_t room = kScreenLinesMax - headLines(status) - 1;
    const std::size_t first = std::min({found.size(), kTroublesFirst, room - 1 - linesOf(parts, 1)});
    const std::size_t rows = rowsThatFit(parts, room - first - 1);  // a line says how many more there are, or that all is well
    const std::size_t troubles = room - 1 - linesOf(parts, rows);
    printHead(out, status, now_ms);
    out << '\n';
    printTroubles(out, found, troubles);
    for (const auto& part : parts) printPart(out, part, rows);
}

}  // namespace yht::app
