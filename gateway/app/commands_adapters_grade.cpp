#include <algorithm>
#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/results_files.h"
#include "gateway/app/source_check.h"
#include "gateway/app/source_grade.h"
#include "gateway/app/source_speaker.h"
#include "gateway/app/staged_folders.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using kit::FactState;
using json::Writer;

/// With the deployment's ledger where there is one.
base::Result<std::vector<kit::Graded>> gradeAll(const WorkOptions& options, const std::vector<std::string>& ids) {
    std::vector<kit::Graded> all;
    std::optional<base::Error> trouble;
    const auto run = [&](OpenedLedger* opened, LongReader* ledger) -> int {
        for (const auto& id : ids) {
            base::SystemRandom random;
            auto one = gradeOfSource(
                options.adaptersDirectory(), id,
                {opened == nullptr ? base::SystemClock().nowMillis() : opened->clock->nowMillis(), random, ledger, options.deployment}
            );
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
            LongReader reader(*opened.store, *opened.clock);
            return run(&opened, &reader);
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

/// What is known of it; where nothing is, what would show it.
std::string toldOf(const kit::Fact& fact) {
    const std::string shown_by = fact.row->shown_by;
    if (fact.state != FactState::Unknown || shown_by.empty()) return fact.detail;
    return fact.detail + (fact.detail.empty() ? "" : "; ") + "以此可知 shown by: " + shown_by;
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
        json::writeText(out, "detail", toldOf(each));
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
    const auto add = [&](const kit::Fact& each) {
        const std::string state = std::string(kit::factStateName(each.state)) + " " + kit::factStateZh(each.state);
        table.rows.push_back({kit::gradeName(each.row->grade), state, each.row->id, each.row->zh, each.row->en, toldOf(each)});
    };
    for (const auto* each : one.missing()) add(*each);
    for (const auto& each : one.facts) {
        if (each.state == FactState::Exempt || each.state == FactState::NotApplicable) add(each);
    }
    if (!table.rows.empty()) print(std::cout, table);
    if (!ledger_asked) std::cout << "未查看账本 the ledger was not looked at: -c DIR\n";
    std::cout << '\n';
}

/// What keeps a folder from being applied, a line each.
base::Result<std::vector<std::string>> objections(const std::string& directory, const std::string& id) {
    base::SystemRandom random;
    const auto checked = checkSource(directory, id, random);
    if (!checked.ok()) return checked.error();
    std::vector<std::string> all;
    if (checked->samples.empty()) all.push_back(id + ": no sample 没有样例");
    for (const auto& each : checked->failures()) all.push_back(id + ": " + each);
    for (const auto& each : checked->lint) all.push_back(id + ": " + each);
    for (const auto& each : filesMissingForResults(checked->adapter->manifest(), directory)) all.push_back(id + ": results: 缺少文件 no file " + each);
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
