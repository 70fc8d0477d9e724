#include <algorithm>
#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/replaying.h"
#include "gateway/app/source_check.h"
#include "gateway/app/source_speaker.h"
#include "gateway/app/staged_folders.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using kit::Fact;
using kit::FactState;
using json::Writer;

constexpr std::int64_t kDayS = 24 * 60 * 60;
constexpr base::UnixMillis kDayMs = kDayS * 1000, kMinuteMs = 60'000;
constexpr std::size_t kReplayedMax = 5000, kLagEntries = 20'000, kLagRecordsMin = 20;

Fact fact(const std::string& id, FactState state, std::string detail) {
    for (const auto& row : kit::factTable()) {
        if (id == row.id) return {&row, state, std::move(detail)};
    }
    YHT_ASSERT(false);
}

FactState metIf(bool met) { return met ? FactState::Met : FactState::Unmet; }

/// What a source's days say: account, silence, codes.
void factsOfDays(ledger::View& view, const kit::Manifest& manifest, std::int32_t today, std::vector<Fact>& facts) {
    std::int32_t days = 0, last = 0;
    bool balances = true;
    ledger::SourceAccount all;
    for (const auto& day : view.sourceDays(today - kit::kUnmappedDays, today)) {
        if (day.source != manifest.id) continue;
        ++days;
        balances = balances && day.account.balances();
        if (day.account.received > 0) last = std::max(last, day.day);
        all.add(day.account);
    }
    facts.push_back(fact("balanced_account", metIf(days >= kit::kBalancedDaysMin && balances),
                         std::to_string(days) + " 日 days" + (balances ? "" : ", 不平 does not balance")));
    // A day is all that the account tells: a source is silent where even its last day's end is too long ago.
    const auto silent_s = std::max<std::int64_t>(0, today - last - 1) * kDayS;
    const bool judged = manifest.health.silent_after_s > 0 && last > 0;
    facts.push_back(fact("silent", metIf(judged && silent_s <= manifest.health.silent_after_s),
                         last == 0 ? "无条目 no items" : judged ? humanDuration(silent_s * 1000) : "未设 silent_after_s"));
    const bool few = all.received > 0 && all.unmapped_codes * 1000 < all.received * kit::kUnmappedPerThousandMax;
    facts.push_back(fact("few_unmapped", metIf(few), std::to_string(all.unmapped_codes) + " / " + std::to_string(all.received)));
}

Fact lagFact(ledger::View& view, const std::string& source) {
    const auto last = view.lastSeq();
    std::vector<base::UnixMillis> lags;
    for (ledger::Seq after = last > kLagEntries ? last - kLagEntries : 0;;) {
        const auto headers = view.scan(after, 4096);
        if (headers.empty()) break;
        after = headers.back().seq;
        for (const auto& header : headers) {
            const bool ours = header.type == ledger::EntryType::Record && header.source == source && header.event_ms != 0;
            if (ours) lags.push_back(header.received_ms - header.event_ms);
        }
    }
    if (lags.size() < kLagRecordsMin) return fact("lag_below_minute", FactState::Unknown, std::to_string(lags.size()) + " 条 records");
    std::sort(lags.begin(), lags.end());
    const auto p95 = lags[lags.size() * 95 / 100];
    return fact("lag_below_minute", metIf(p95 < kMinuteMs), "p95 " + humanDuration(std::max<base::UnixMillis>(p95, 0)));
}

std::vector<Fact> factsOfLedger(OpenedLedger& opened, ledger::View& view, const kit::Adapter& adapter) {
    std::vector<Fact> facts;
    const auto now_ms = opened.clock->nowMillis();
    factsOfDays(view, adapter.manifest(), base::shanghaiDay(now_ms), facts);
    const auto replayed = replayMessages(view, adapter, {now_ms - kit::kReplayDays * kDayMs, now_ms + kDayMs, kReplayedMax}, *opened.random);
    if (replayed.ok()) {
        const bool whole = replayed->messages > 0 && !replayed->more;
        facts.push_back(fact("replay_identical", whole ? metIf(replayed->differing.empty()) : FactState::Unknown,
                             std::to_string(replayed->messages) + " 份报文 messages, " + std::to_string(replayed->differing.size()) + " 有差异 differ"));
    }
    facts.push_back(lagFact(view, adapter.manifest().source));
    return facts;
}

base::Result<kit::Graded> graded(const std::string& directory, const std::string& id, OpenedLedger* opened, ledger::View* view) {
    const auto checked = checkSource(directory, id);
    if (!checked.ok()) return checked.error();
    const auto exempt = kit::readExemptions(checked->tree.source_directory);
    if (!exempt.ok()) return exempt.error();
    auto facts = factsOf(*checked);
    if (opened != nullptr) {
        for (auto& each : factsOfLedger(*opened, *view, *checked->adapter)) facts.push_back(std::move(each));
    }
    return kit::gradeOf(facts, *exempt, base::shanghaiDay(base::SystemClock().nowMillis()));
}

/// With the deployment's ledger where there is one.
base::Result<std::vector<kit::Graded>> gradeAll(const WorkOptions& options, const std::vector<std::string>& ids) {
    std::vector<kit::Graded> all;
    std::optional<base::Error> trouble;
    const auto run = [&](OpenedLedger* opened, ledger::View* view) -> int {
        for (const auto& id : ids) {
            auto one = graded(options.adaptersDirectory(), id, opened, view);
            if (!one.ok()) {
                trouble = std::move(one).error();
                return kExitOk;
            }
            all.push_back(*std::move(one));
        }
        return kExitOk;
    };
    if (options.deployment.empty()) {
        run(nullptr, nullptr);
    } else {
        const int code = withLedger(options.deployment, [&](OpenedLedger& opened) -> int {
            auto snapshot = opened.store->snapshot();
            if (!snapshot.ok()) return reportError(snapshot.error());
            return run(&opened, snapshot->get());
        });
        if (code != kExitOk) return base::makeError(base::ErrorCode::NotReady, "the ledger");
    }
    if (trouble) return *std::move(trouble);
    return all;
}

std::vector<std::string> idsOf(const WorkOptions& options) {
    if (!options.sources.empty()) return options.sources;
    std::vector<std::string> ids;
    std::error_code failed;
    for (const auto& folder : fs::directory_iterator(options.adaptersDirectory() + "/sources", failed)) {
        if (fs::exists(folder.path() / "source.yaml")) ids.push_back(folder.path().filename().string());
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

void writeGraded(Writer& out, const std::string& id, const kit::Graded& one) {
    out.StartObject();
    json::writeText(out, "source", id);
    json::writeText(out, "grade", kit::gradeName(one.grade));
    out.Key("facts");
    out.StartArray();
    for (const auto& each : one.facts) {
        out.StartObject();
        json::writeText(out, "fact", each.row->id);
        json::writeText(out, "grade", kit::gradeName(each.row->grade));
        json::writeText(out, "state", kit::factStateName(each.state));
        json::writeText(out, "detail", each.detail);
        json::writeText(out, "zh", each.row->zh);
        json::writeText(out, "en", each.row->en);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

void printGraded(const std::string& id, const kit::Graded& one, bool ledger_asked) {
    std::cout << id << ": " << kit::gradeName(one.grade) << " " << kit::gradeZh(one.grade) << '\n';
    Table table{{"等级 grade", "状态 state", "事实 fact", "说明", "", "数值 detail"}, {}};
    for (const auto* each : one.missing())
        table.rows.push_back({kit::gradeName(each->row->grade), kit::factStateName(each->state), each->row->id, each->row->zh, each->row->en, each->detail});
    for (const auto& each : one.facts) {
        if (each.state == FactState::Exempt)
            table.rows.push_back({kit::gradeName(each.row->grade), "exempt 豁免", each.row->id, each.row->zh, each.row->en, each.detail});
    }
    if (!table.rows.empty()) print(std::cout, table);
    if (!ledger_asked) std::cout << "未查看账本 the ledger was not looked at: -c DIR\n";
    std::cout << '\n';
}

/// What keeps a folder from being applied, a line each.
base::Result<std::vector<std::string>> objections(const std::string& directory, const std::string& id) {
    const auto checked = checkSource(directory, id);
    if (!checked.ok()) return checked.error();
    std::vector<std::string> all;
    if (checked->samples.empty()) all.push_back(id + ": no sample 没有样例");
    for (const auto& each : checked->failures()) all.push_back(id + ": " + each);
    for (const auto& each : checked->lint) all.push_back(id + ": " + each);
    const auto trust = trust::loadTrust(directory);
    if (!trust.ok()) return all;  // `config apply` tells it
    const auto why = lacksSpeaker(checked->adapter->manifest(), **trust);
    if (!why.empty()) all.push_back(id + ": " + why);
    return all;
}

}  // namespace

base::Result<kit::Graded> gradeSource(const WorkOptions& options, const std::string& source_id) {
    auto all = gradeAll(options, {source_id});
    if (!all.ok()) return std::move(all).error();
    return std::move(all->front());
}

int gradeAdapters(const WorkOptions& options) {
    const auto ids = idsOf(options);
    if (ids.empty()) {
        std::cerr << "no sources below 没有来源 " << options.adaptersDirectory() << "/sources\n";
        return kExitData;
    }
    const auto all = gradeAll(options, ids);
    if (!all.ok()) return reportError(all.error());
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartArray();
    bool ungraded = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ungraded = ungraded || (*all)[i].grade == kit::Grade::None;
        if (options.json) writeGraded(out, ids[i], (*all)[i]);
        else printGraded(ids[i], (*all)[i], !options.deployment.empty());
    }
    out.EndArray();
    if (options.json) std::cout << buffer.GetString() << '\n';
    return ungraded ? kExitFound : kExitOk;
}

int applyAdapter(const WorkOptions& options) {
    StagedFolders staged(options.deployment);
    if (!options.folder.empty()) {
        if (auto put = staged.put(options.folder, options.source); !put.ok()) return reportError(put.error());
    }
    std::vector<std::string> all;
    for (const auto& id : sourcesOfProduct(options.deployment, options.source)) {
        const auto found = objections(options.deployment, id);
        if (!found.ok()) return reportError(found.error());
        all.insert(all.end(), found->begin(), found->end());
    }
    if (!all.empty()) {
        for (const auto& each : all) std::cerr << printable(each) << '\n';
        std::cerr << "not applied 未生效\n";
        return kExitFound;
    }
    const int done = applyConfig({.directory = options.deployment, .json = options.json}, options.why);
    if (done == kExitOk) staged.keep();
    return done;
}

}  // namespace yht::app
