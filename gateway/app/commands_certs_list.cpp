#include <iostream>

#include "gateway/app/certificate_uses.h"
#include "gateway/app/certs_files.h"
#include "gateway/app/command_line.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

using certs::Judgement;
using certs::ObjectState;

base::Result<certs::Inventory> gather(const CertsLine& line, base::UnixMillis now_ms) {
    certs::Inventory inventory;
    // An authority can be looked at on a machine that has no deployment.
    const std::string deployment = line.deployment.empty() && line.authorities.empty() ? "/etc/yihaotong" : line.deployment;
    if (!deployment.empty()) {
        auto of_deployment = inventoryOf(deployment);
        if (!of_deployment) return std::move(of_deployment).error();
        inventory = *std::move(of_deployment);
    }
    for (const auto& directory : line.authorities) {
        if (auto status = addAuthority(directory, now_ms, inventory); !status) return std::move(status).error();
    }
    return inventory;
}

std::string usesText(const certs::InventoryObject& object) {
    std::string text;
    for (const auto& use : object.uses) text += (text.empty() ? "" : "; ") + use.where;
    return text;
}

std::string daysText(const Judgement& one) { return one.days_left == INT64_MAX ? "-" : std::to_string(one.days_left); }

void writeJudgement(json::Writer& out, const Judgement& one) {
    const auto& object = *one.object;
    out.StartObject();
    jsonText(out, "role", certs::roleName(object.role));
    jsonText(out, "subject", object.subject());
    jsonText(out, "fingerprint", object.fingerprint());
    if (object.certificate) jsonText(out, "serial", object.certificate->serial_hex);
    if (object.crl) jsonText(out, "crl_number", object.crl->numberHex());
    jsonText(out, "state", certs::stateName(one.state));
    if (object.endMillis() != 0) {
        jsonText(out, object.crl ? "next_update" : "not_after", base::formatRfc3339(object.endMillis()));
        jsonNumber(out, "days_left", one.days_left);
    }
    if (one.announced_days != 0) jsonNumber(out, "announced_days", one.announced_days);
    json::writeTexts(out, "files", object.files);
    out.Key("uses");
    out.StartArray();
    for (const auto& use : object.uses) {
        out.StartObject();
        jsonText(out, "where", use.where);
        jsonText(out, "en", use.what_en);
        jsonText(out, "zh", use.what_zh);
        out.EndObject();
    }
    out.EndArray();
    std::vector<crypto::Finding> findings;
    for (const auto& [where, finding] : one.findings) findings.push_back(finding);
    writeFindings(out, findings);
    out.EndObject();
}

void writeProblems(json::Writer& out, const certs::Inventory& inventory) {
    out.Key("problems");
    out.StartArray();
    for (const auto& problem : inventory.problems) {
        out.StartObject();
        jsonText(out, "file", problem.file);
        jsonText(out, "where", problem.where);
        jsonText(out, "what", base::describe(problem.error));
        out.EndObject();
    }
    out.EndArray();
}

void printProblems(const certs::Inventory& inventory) {
    for (const auto& problem : inventory.problems) {
        std::cout << "! " << problem.where << "  " << printable(problem.file) << "\n    "
                  << printable(problem.error.public_zh.empty() ? "" : problem.error.public_zh) << "\n    "
                  << printable(base::describe(problem.error)) << '\n';
    }
}

void printTable(const std::vector<Judgement>& judgements, const certs::Inventory& inventory) {
    constexpr std::size_t kSubjectCells = 36;
    constexpr std::size_t kUseCells = 60;
    Table table{{"剩余天数 days", "有效至 until", "状态 state", "类别 role", "主题 subject", "用于 used for"}, {}};
    for (const Judgement& one : judgements) {
        const auto& object = *one.object;
        table.rows.push_back(
            {daysText(one), object.endMillis() == 0 ? "-" : dayText(object.endMillis()),
             std::string(certs::stateChinese(one.state)) + " " + certs::stateName(one.state),
             std::string(certs::roleChinese(object.role)) + " " + certs::roleName(object.role), clipped(object.subject(), kSubjectCells),
             clipped(usesText(object), kUseCells)}
        );
    }
    if (judgements.empty())
        std::cout << "没有 none\n";
    else
        print(std::cout, table);
    for (const Judgement& one : judgements) {
        if (one.state == ObjectState::Replaced) continue;
        for (const auto& [where, finding] : one.findings) {
            std::cout << "! " << where << "  certificate." << finding.row().wire << "\n    " << printable(crypto::chineseTextOf(finding))
                      << "\n    " << printable(crypto::textOf(finding)) << '\n';
        }
    }
    printProblems(inventory);
}

int exitCodeOf(const std::vector<Judgement>& judgements, const certs::Inventory& inventory) {
    int code = inventory.problems.empty() ? kExitOk : kExitFound;
    for (const Judgement& one : judgements) {
        if (one.state == ObjectState::Expired) return kExitExpired;
        if (one.state != ObjectState::Good && one.state != ObjectState::Replaced) code = kExitFound;
    }
    return code;
}

}  // namespace

int listInventory(const CertsLine& line) {
    Actor actor;
    const auto inventory = gather(line, actor.nowMillis());
    if (!inventory) return reportRefusal(inventory.error());
    const auto judgements = certs::judge(*inventory, actor.nowMillis());
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        out.Key("objects");
        out.StartArray();
        for (const Judgement& one : judgements) writeJudgement(out, one);
        out.EndArray();
        writeProblems(out, *inventory);
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
    } else {
        printTable(judgements, *inventory);
    }
    return exitCodeOf(judgements, *inventory);
}

int whatIf(const CertsLine& line) {
    Actor actor;
    // A day means its end in Beijing: what ends during the day breaks on it.
    const auto later = base::parseRfc3339(line.on.size() == 10 ? line.on + "T23:59:59+08:00" : line.on);
    if (!later) {
        return reportRefusal(base::makePublicError(
            base::ErrorCode::ParameterInvalid, "--on is a day, as 2027-06-01, or an RFC 3339 time.",
            "--on 应为日期(如 2027-06-01)或 RFC 3339 时间。"
        ));
    }
    const auto inventory = gather(line, actor.nowMillis());
    if (!inventory) return reportRefusal(inventory.error());
    const auto breaks = certs::whatBreaks(*inventory, actor.nowMillis(), *later);
    if (line.json) {
        rapidjson::StringBuffer buffer;
        json::Writer out(buffer);
        out.StartObject();
        jsonText(out, "on", base::formatRfc3339(*later));
        out.Key("breaks");
        out.StartArray();
        for (const auto& one : breaks) {
            out.StartObject();
            jsonText(out, "where", one.where);
            jsonText(out, "en", one.what_en);
            jsonText(out, "zh", one.what_zh);
            jsonText(out, "subject", one.object->subject());
            jsonText(out, "code", std::string("certificate.") + one.finding.row().wire);
            jsonText(out, "at", one.finding.at);
            jsonText(out, "detail", one.finding.detail);
            out.Key("already");
            out.Bool(one.already);
            out.EndObject();
        }
        out.EndArray();
        writeProblems(out, *inventory);
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
    } else if (breaks.empty() && inventory->problems.empty()) {
        std::cout << dayText(*later) << ":一切正常 nothing breaks\n";
    } else {
        constexpr std::size_t kCells = 44;
        Table table{{"用处 use", "做什么 what for", "原因 why", "哪个 which", "日期 date", "现已 already"}, {}};
        for (const auto& one : breaks) {
            table.rows.push_back(
                {one.where, clipped(one.what_zh, kCells), std::string("certificate.") + one.finding.row().wire,
                 clipped(one.finding.at, kCells), one.finding.detail, one.already ? "是 yes" : ""}
            );
        }
        print(std::cout, table);
        printProblems(*inventory);
    }
    return breaks.empty() && inventory->problems.empty() ? kExitOk : kExitFound;
}

}  // namespace yht::app
