#include "gateway/app/commands_sources.h"

#include <algorithm>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_sources.h"
#include "gateway/app/source_look.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using intake::SourceHealth;
using json::Writer;

std::string ago(base::UnixMillis at_ms, base::UnixMillis now_ms) { return at_ms == 0 ? "-" : humanDuration(std::max<std::int64_t>(0, now_ms - at_ms)); }

void time(Writer& out, const char* name, base::UnixMillis at_ms) {
    if (at_ms != 0) json::writeText(out, name, base::formatRfc3339(at_ms));
}

/// How a pulled source's far side stands with the revocation policy; empty where it shows no certificate.
struct Revocation {
    std::string policy, state;
};
std::optional<Revocation> revocationOf(const LookedSource& one, const Config& config) {
    const auto& pull = one.adapter->manifest().pull;
    if (!pull || (one.way() != "http" && one.way() != "ftps")) return std::nullopt;
    Revocation made{pull->revocation ? trust::revocationPolicyText(*pull->revocation) : config.text("revocation.policy"), "unknown"};
    const std::string& trouble = one.health.pull.trouble;
    if (made.policy == "off") made.state = "off";
    if (trouble.starts_with("certificate.revoked_")) made.state = "revoked";
    else if (trouble.starts_with("certificate.crl_") || trouble.starts_with("certificate.ocsp_")) made.state = "unchecked";
    else if (trouble.empty() && one.health.pull.last_success_ms != 0 && made.policy != "off") made.state = "passed";
    return made;
}

const char* revocationZh(const std::string& state) {
    if (state == "revoked") return "已吊销";
    if (state == "unchecked") return "无法确认";
    if (state == "passed") return "通过";
    return state == "off" ? "不核验" : "未知";
}

void write(Writer& out, const LookedSource& one, const Config& config) {
    const SourceHealth& health = one.health;
    const kit::Manifest& manifest = one.adapter->manifest();
    out.StartObject();
    json::writeText(out, "source", health.source);
    json::writeText(out, "title", manifest.title);
    json::writeText(out, "way", one.way());
    json::writeText(out, "lifecycle", kit::lifecycleName(manifest.lifecycle));
    json::writeText(out, "state", health.state);
    json::writeText(out, "reason", health.reason);
    json::writeText(out, "grade", health.grade.grade);
    time(out, "since", health.since_ms);
    time(out, "last_success", health.pull.last_success_ms);
    time(out, "last_item", health.items.last_item_ms);
    if (health.lag_s >= 0) json::writeNumber(out, "lag_s", static_cast<std::uint64_t>(health.lag_s));
    out.Key("today");
    out.StartObject();
    json::writeNumber(out, "received", health.today.received);
    json::writeNumber(out, "accepted", health.today.accepted);
    json::writeNumber(out, "duplicate", health.today.duplicate);
    json::writeNumber(out, "quarantined", health.today.quarantined);
    json::writeNumber(out, "refused", health.today.refused);
    json::writeNumber(out, "ignored", health.today.ignoredCount());
    json::writeNumber(out, "unmapped_codes", health.today.unmapped_codes);
    out.Key("balances");
    out.Bool(health.today.balances());
    out.EndObject();
    json::writeNumber(out, "open_quarantine", health.open_quarantine);
    if (health.pause.paused()) {
        json::writeText(out, "paused_by", health.pause.by);
        json::writeText(out, "paused_why", health.pause.why);
    }
    if (const auto revocation = revocationOf(one, config)) {
        out.Key("revocation");
        out.StartObject();
        json::writeText(out, "policy", revocation->policy);
        json::writeText(out, "state", revocation->state);
        out.EndObject();
    }
    json::writeText(out, "adapter_version", one.adapter->version());
    json::writeText(out, "owner", manifest.owner.unit + " " + manifest.owner.person + " " + manifest.owner.phone);
    out.EndObject();
}

/// As the running gateway last saw it.
std::string gradeText(const SourceHealth& health) { return health.grade.grade.empty() ? "?" : health.grade.grade; }

void printTable(const std::vector<LookedSource>& all, base::UnixMillis now_ms) {
    Table table{{"来源 source", "方式 way", "状态 state", "等级 grade", "自 since", "上次成功 success", "最近条目 item", "今日 today", "重复 dup", "隔离 quar.", "未映射 unmapped", "责任人 owner", "说明 reason"}, {}};
    constexpr std::size_t kReasonCells = 60;
    for (const LookedSource& one : all) {
        const SourceHealth& health = one.health;
        const kit::Manifest& manifest = one.adapter->manifest();
        table.rows.push_back({health.source, one.way(), health.state, gradeText(health), ago(health.since_ms, now_ms), ago(health.pull.last_success_ms, now_ms),
                              ago(health.items.last_item_ms, now_ms), std::to_string(health.today.received), std::to_string(health.today.duplicate),
                              std::to_string(health.open_quarantine), std::to_string(health.today.unmapped_codes), manifest.owner.person,
                              clipped(health.reason, kReasonCells)});
    }
    print(std::cout, table);
}

void printOne(const LookedSource& one, const Config& config, base::UnixMillis now_ms) {
    const SourceHealth& health = one.health;
    const kit::Manifest& manifest = one.adapter->manifest();
    const ledger::SourceAccount& today = health.today;
    std::cout << health.source << "  " << printable(manifest.title) << "\n状态 state: " << health.state << "  " << printable(health.reason)
              << "\n等级 grade: " << gradeText(health) << "  yht adapters grade " << health.source << " -c DIR"
              << "\n方式 way: " << one.way() << "  " << kit::lifecycleName(manifest.lifecycle) << "\n上次成功 last success: " << ago(health.pull.last_success_ms, now_ms)
              << "  最近条目 last item: " << ago(health.items.last_item_ms, now_ms) << "  延迟 lag: " << (health.lag_s < 0 ? "-" : std::to_string(health.lag_s) + " s")
              << "\n今日账目 account today: 收到 received " << today.received << " = 入账 accepted " << today.accepted << " + 重复 duplicate " << today.duplicate << " + 隔离 quarantined "
              << today.quarantined << " + 拒收 refused " << today.refused << " + 忽略 ignored " << today.ignoredCount() << (today.balances() ? "" : "  不平 DOES NOT BALANCE")
              << "\n隔离待处理 open in quarantine: " << health.open_quarantine << "  未映射代码 unmapped codes: " << today.unmapped_codes << "\n适配器版本 adapter: " << one.adapter->version()
              << "\n责任人 owner: " << printable(manifest.owner.unit + " " + manifest.owner.person + " " + manifest.owner.phone) << '\n';
    if (today.unmapped_codes > 0)
        std::cout << "  今日累计,哪些代码 counted today; which codes: yht adapters coverage " << health.source << " FILE\n";
    if (const auto revocation = revocationOf(one, config)) {
        std::cout << "吊销核验 revocation: " << revocation->policy << "  " << revocationZh(revocation->state) << ' ' << revocation->state
                  << "  " << printable(health.pull.trouble) << '\n';
    }
    if (manifest.pull) std::cout << "游标 cursor: " << printable(health.pull.cursor) << "  份数 portions: " << health.pull.portion << '\n';
}

}  // namespace

int listSources(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) {
        const auto all = lookAtSources(opened);
        if (!all.ok()) return reportError(all.error());
        rapidjson::StringBuffer buffer;
        Writer out(buffer);
        out.StartArray();
        for (const LookedSource& one : *all) write(out, one, opened.config);
        out.EndArray();
        if (options.json) std::cout << buffer.GetString() << '\n';
        else if (all->empty()) std::cout << "没有 none\n";
        else printTable(*all, opened.clock->nowMillis());
        const bool trouble = std::any_of(all->begin(), all->end(), [](const LookedSource& one) { return one.health.trouble(); });
        return static_cast<int>(trouble ? kExitFound : kExitOk);
    });
}

int showSource(const CommandOptions& options, const std::string& source) {
    return withLedger(options.directory, [&](OpenedLedger& opened) {
        const auto all = lookAtSources(opened);
        if (!all.ok()) return reportError(all.error());
        for (const LookedSource& one : *all) {
            if (one.health.source != source) continue;
            rapidjson::StringBuffer buffer;
            Writer out(buffer);
            write(out, one, opened.config);
            if (options.json) std::cout << buffer.GetString() << '\n';
            else printOne(one, opened.config, opened.clock->nowMillis());
            return static_cast<int>(one.health.trouble() ? kExitFound : kExitOk);
        }
        return reportError(base::makeError(base::ErrorCode::SourceUnknown));
    });
}

int pauseSource(const CommandOptions& options, const std::string& source, bool paused, const std::string& why) {
    const auto answer = command(options.directory, {paused ? kPauseSource : kResumeSource, {{"source", source}}, why});
    if (!answer.ok()) return reportError(answer.error());
    if (options.json) std::cout << *answer << '\n';
    else std::cout << source << (paused ? ": paused 已暂停\n" : ": resumed 已恢复\n");
    return kExitOk;
}

}  // namespace yht::app
