#include <algorithm>
#include <iostream>
#include <map>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/trial/trial_book.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using Passed = std::map<intake::TrialCase, intake::PassedCase>;

struct Report {
    trust::Partner partner;
    Passed passed;
    std::map<std::string, std::size_t> records;  // of its sources, by kind

    bool isMissing(intake::TrialCase which) const {
        return intake::isRequired(which, partner) && !passed.contains(which);
    }
    std::size_t missing() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            intake::trialCases(), [this](const auto& row) { return isMissing(row.which); }
        ));
    }
};

std::map<std::string, std::size_t> recordsOf(ledger::View& view, const trust::Partner& partner) {
    constexpr std::size_t kScanEntries = 1000;
    std::map<std::string, std::size_t> counts;
    ledger::Seq after = 0;
    for (auto headers = view.scan(after, kScanEntries); !headers.empty(); headers = view.scan(after, kScanEntries)) {
        after = headers.back().seq;
        for (const auto& header : headers) {
            if (header.type != ledger::EntryType::Record || !partner.speaksFor(header.source)) continue;
            ++counts[ticket::kindRow(static_cast<ticket::Kind>(header.kind)).name];
        }
    }
    return counts;
}

void writeTable(const Report& report) {
    Table table{{"用例 case", "必测 required", "通过时间 passed", "说明 what"}, {}};
    for (const auto& row : intake::trialCases()) {
        const auto found = report.passed.find(row.which);
        table.rows.push_back({row.name, intake::isRequired(row.which, report.partner) ? "是 yes" : "",
                              found == report.passed.end() ? (report.isMissing(row.which) ? "缺 missing" : "")
                                                           : base::formatRfc3339(found->second.passed_ms),
                              std::string(row.zh) + " " + row.en});
    }
    const auto stage = trust::stageWords(report.partner.stage);
    std::cout << report.partner.id << "  " << printable(report.partner.name_zh) << "  " << stage.name << ' ' << stage.zh
              << "\n\n";
    print(std::cout, table);
    std::cout << "\n入账记录 records taken:";
    if (report.records.empty()) std::cout << " 无 none";
    for (const auto& [kind, count] : report.records) std::cout << "  " << kind << ' ' << count;
    std::cout << '\n'
              << (report.missing() == 0
                      ? "必测项全部通过,可转试运行 all required cases passed: ready for stage trial"
                      : "尚缺 " + std::to_string(report.missing()) + " 项 required cases missing")
              << '\n';
}

void writeJson(const Report& report) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    json::writeText(writer, "partner", report.partner.id);
    json::writeText(writer, "stage", trust::stageWords(report.partner.stage).name);
    writer.Key("cases");
    writer.StartArray();
    for (const auto& row : intake::trialCases()) {
        const auto found = report.passed.find(row.which);
        writer.StartObject();
        json::writeText(writer, "case", row.name);
        writer.Key("required");
        writer.Bool(intake::isRequired(row.which, report.partner));
        writer.Key("passed_time");
        if (found == report.passed.end()) {
            writer.Null();
        } else {
            writer.String(base::formatRfc3339(found->second.passed_ms));
        }
        writer.EndObject();
    }
    writer.EndArray();
    writer.Key("records");
    writer.StartObject();
    for (const auto& [kind, count] : report.records) {
        json::writeNumber(writer, kind, count);
    }
    writer.EndObject();
    json::writeNumber(writer, "missing", report.missing());
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int reportPartner(const CommandOptions& options, const std::string& id) {
    const auto registry = trust::loadTrust(options.directory);
    if (!registry.ok()) return reportError(registry.error());
    const auto* partner = (*registry)->findPartner(id);
    if (partner == nullptr) {
        return reportError(base::makePublicError(
            base::ErrorCode::NotFound, "partners.yaml names no partner " + id + ".", "partners.yaml 中没有对接方 " + id + "。"
        ));
    }
    const auto tell = [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        auto book = intake::readTrialBook(**snapshot);
        if (!book.ok()) return reportError(book.error());
        const Report report{*partner, (*book)[id], recordsOf(**snapshot, *partner)};
        options.json ? writeJson(report) : writeTable(report);
        return report.missing() == 0 ? kExitOk : kExitFound;
    };
    return withLedger(options.directory, tell, true);
}

}  // namespace yht::app
