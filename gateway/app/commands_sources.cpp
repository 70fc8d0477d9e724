#include "gateway/app/commands_sources.h"

#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_sources.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/source_health.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

std::string ago(base::UnixMillis at_ms, base::UnixMillis now_ms) {
    return at_ms == 0 ? "-" : humanDuration(std::max<std::int64_t>(0, now_ms - at_ms));
}

void text(Writer& out, const char* name, const std::string& value) {
    out.Key(name);
    out.String(value);
}

void time(Writer& out, const char* name, base::UnixMillis at_ms) {
    out.Key(name);
    if (at_ms == 0) out.Null();
    else out.String(base::formatRfc3339(at_ms));
}

void account(Writer& out, const char* name, const ledger::SourceAccount& account) {
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"received", account.received},       {"accepted", account.accepted}, {"stale", account.stale},
        {"duplicate", account.duplicate},     {"quarantined", account.quarantined}, {"refused", account.refused},
        {"ignored", account.ignoredCount()},  {"unmapped_codes", account.unmapped_codes},
        {"unknown_members", account.unknown_members}, {"cut_texts", account.cut_texts}};
    out.Key(name);
    out.StartObject();
    for (const auto& [each, count] : counts) {
        out.Key(each);
        out.Uint64(count);
    }
    out.Key("balances");
    out.Bool(account.balances());
    out.EndObject();
}

void write(Writer& out, const SourceHealth& health) {
    out.StartObject();
    text(out, "source", health.id);
    text(out, "title", health.title);
    text(out, "way", health.way);
    text(out, "state", sourceStateWords(health.state).name);
    text(out, "reason", health.reason);
    time(out, "last_success", health.last_success_ms);
    time(out, "last_item", health.last_item_ms);
    text(out, "cursor", health.cursor);
    account(out, "today", health.today);
    account(out, "days_31", health.total);
    out.Key("quarantine_open");
    out.Uint64(health.quarantine_open);
    text(out, "adapter_version", health.version);
    text(out, "owner", health.owner);
    out.EndObject();
}

void printJson(const std::vector<SourceHealth>& rows) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartArray();
    for (const auto& row : rows) write(out, row);
    out.EndArray();
    std::cout << std::string_view(buffer.GetString(), buffer.GetSize()) << '\n';
}

void printTable(const std::vector<SourceHealth>& rows, base::UnixMillis now_ms) {
    Table table{{"source 来源", "state 状态", "way 方式", "pulled 拉取", "item 来文", "today 今日", "accepted 接收", "dup 重复",
                 "quarantine 隔离", "ignored 忽略", "unmapped 未映射", "reason 原因"}, {}};
    for (const auto& row : rows) {
        const auto words = sourceStateWords(row.state);
        table.rows.push_back({row.id, std::string(words.name) + " " + words.zh, row.way, ago(row.last_success_ms, now_ms),
                              ago(row.last_item_ms, now_ms), std::to_string(row.today.received), std::to_string(row.today.accepted),
                              std::to_string(row.today.duplicate), std::to_string(row.quarantine_open),
                              std::to_string(row.today.ignoredCount()), std::to_string(row.total.unmapped_codes), row.reason});
    }
    print(std::cout, table);
}

void printOne(const SourceHealth& row) {
    const auto words = sourceStateWords(row.state);
    const auto when = [](base::UnixMillis at_ms) { return at_ms == 0 ? std::string("-") : base::formatRfc3339(at_ms); };
    const auto counts = [](const ledger::SourceAccount& account) {
        return std::to_string(account.received) + " = " + std::to_string(account.accepted) + " accepted 接收 + " + std::to_string(account.duplicate) +
               " duplicate 重复 + " + std::to_string(account.quarantined) + " quarantined 隔离 + " + std::to_string(account.refused) +
               " refused 拒绝 + " + std::to_string(account.ignoredCount()) + " ignored 忽略" + (account.balances() ? "" : "  DOES NOT BALANCE 不平衡");
    };
    Table table{{"", ""}, {{"source 来源", row.id + " " + row.title},
                           {"state 状态", std::string(words.name) + " " + words.zh + (row.reason.empty() ? "" : ": " + row.reason)},
                           {"way 方式", row.way},
                           {"last pulled 上次拉取", when(row.last_success_ms)},
                           {"last item 最近来文", when(row.last_item_ms)},
                           {"cursor 游标", row.cursor.empty() ? "-" : row.cursor},
                           {"today 今日", counts(row.today)},
                           {"31 days 31 日", counts(row.total)},
                           {"unmapped codes 未映射代码", std::to_string(row.total.unmapped_codes)},
                           {"unknown members 未知字段", std::to_string(row.total.unknown_members)},
                           {"in quarantine 隔离待处理", std::to_string(row.quarantine_open)},
                           {"adapter 适配器版本", row.version},
                           {"owner 责任人", row.owner}}};
    print(std::cout, table);
}

int withHealth(const CommandOptions& options, const std::function<int(const std::vector<SourceHealth>&, base::UnixMillis)>& use) {
    return withLedger(options.directory, [&](OpenedLedger& opened) {
        const auto snapshot = trust::loadTrust(opened.config.directory());
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto adapters = loadSourceAdapters(opened.config.directory(), **snapshot);
        if (!adapters.ok()) return reportError(adapters.error());
        const auto view = opened.store->snapshot();
        if (!view.ok()) return reportError(view.error());
        const auto now_ms = opened.clock->nowMillis();
        const auto states = pullStateDirectory(opened.config.text("ledger.directory"));
        return use(sourceHealth(**adapters, **view, states, opened.calendar, now_ms), now_ms);
    });
}

}  // namespace

int listSources(const CommandOptions& options) {
    return withHealth(options, [&](const std::vector<SourceHealth>& rows, base::UnixMillis now_ms) {
        if (options.json) printJson(rows);
        else printTable(rows, now_ms);
        const bool trouble = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return sourceStateWords(row.state).trouble; });
        return trouble ? kExitFound : kExitOk;
    });
}

int showSource(const CommandOptions& options, const std::string& source) {
    return withHealth(options, [&](const std::vector<SourceHealth>& rows, base::UnixMillis) {
        for (const auto& row : rows) {
            if (row.id != source) continue;
            if (options.json) printJson({row});
            else printOne(row);
            return static_cast<int>(sourceStateWords(row.state).trouble ? kExitFound : kExitOk);
        }
        std::cerr << "no source 没有来源 " << source << "; yht sources list\n";
        return static_cast<int>(kExitData);
    });
}

int pauseSource(const CommandOptions& options, const std::string& source, bool pause, const std::string& why) {
    const auto answer = command(options.directory, {pause ? kPauseSource : kResumeSource, {{"source", source}}, why});
    if (!answer.ok()) return reportError(answer.error());
    if (options.json) std::cout << *answer << '\n';
    else std::cout << source << (pause ? ": paused 已暂停\n" : ": goes on 已恢复\n");
    return kExitOk;
}

}  // namespace yht::app
