#include "gateway/app/commands_certs_live.h"

#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/command_line_family.h"
#include "gateway/app/control_client.h"
#include "gateway/app/live_check.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr const char* kParent = "certs";

struct Given {
    std::string slot, certificate, private_key, ca, why;
};
using Shared = std::shared_ptr<Given>;

std::string absolute(const std::string& path) { return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string(); }

void printSteps(const std::vector<LiveStep>& steps, bool as_json) {
    if (!as_json) {
        Table table{.header = {"步骤 step", "结果 result", "说明 detail"}, .rows = {}};
        for (const auto& step : steps) {
            const bool ok = step.outcome.ok();
            table.rows.push_back({step.what, ok ? "通过 ok" : step.outcome.error().row().wire, step.detail});
        }
        print(std::cout, table);
        return;
    }
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartArray();
    for (const auto& step : steps) {
        writer.StartObject();
        json::writeText(writer, "step", step.what);
        json::writeText(writer, "code", step.outcome.ok() ? "" : step.outcome.error().row().wire);
        json::writeText(writer, "detail", step.detail);
        writer.EndObject();
    }
    writer.EndArray();
    std::cout << buffer.GetString() << '\n';
}

int check(const CommandOptions& options, const Given& given) {
    const base::SystemClock clock;
    const auto steps = checkLive({options.directory, given.slot, given.certificate, given.private_key, given.ca}, clock.nowMillis());
    if (!steps.ok()) return reportError(steps.error());
    printSteps(*steps, options.json);
    return steps->back().outcome.ok() ? static_cast<int>(kExitOk) : reportError(steps->back().outcome.error());
}

int report(const CommandOptions& options, const base::Result<std::string>& answer) {
    if (!answer.ok()) return reportError(answer.error());
    if (options.json) {
        std::cout << *answer << '\n';
        return kExitOk;
    }
    const auto document = json::parse(*answer);
    if (!document.ok()) return reportError(document.error());
    std::string uses;
    if (const auto* list = json::findMember(*document, "uses"); list != nullptr && list->IsArray()) {
        for (const auto& use : list->GetArray()) uses += (uses.empty() ? "" : ", ") + std::string(use.GetString());
    }
    std::cout << json::textMember(*document, "slot") << ": 现用证书 now in use " << json::textMember(*document, "fingerprint") << ", 有效至 until "
              << json::textMember(*document, "not_after") << "\n用途 used for: " << uses << "\n原证书 before: " << json::textMember(*document, "before") << '\n';
    return kExitOk;
}

constexpr const char* kSlot = "What it is used for: partner, signing, channels, front, or a destination's id 用途或对端编号";

}  // namespace

void addCertsLive(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    const auto there = top.get_subcommands([](const CLI::App* each) { return each->get_name() == kParent; });
    CLI::App* certs = there.empty() ? nullptr : there.front();
    if (certs == nullptr) {
        certs = top.add_subcommand(kParent, "Certificates of the gateway and its peers 证书管理");
        certs->require_subcommand(1);
    }
    const auto given = std::make_shared<Given>();
    auto* checking = addCommand(*certs, options, run, "check", "A new certificate against the live far side, before it is taken into use 启用前核验新证书",
                         [given, &options] { return check(options, *given); });
    checking->add_option("slot", given->slot, kSlot)->required();
    checking->add_option("--certificate", given->certificate, "New certificate chain, PEM; none: the one in use 新证书链");
    checking->add_option("--private-key", given->private_key, "Its key, PEM; none: the one in use 其私钥");
    checking->add_option("--ca", given->ca, "CAs that partners trust, PEM; for listeners 对接方所信任的 CA");
    checking->footer("Nothing is delivered and nothing changes. 不报送任何内容,不作任何更改。\nExamples 示例:\n"
                     "  yht certs check province --certificate new.pem --private-key new.key\n  yht certs check partner --certificate new.pem --private-key new.key --ca root.pem");
    auto* activating = addCommand(*certs, options, run, "activate", "Takes a new certificate into use in the running gateway 启用新证书", [given, &options] {
        return report(options, command(options.directory, {kActivateCertificate, {{"slot", given->slot}, {"certificate", absolute(given->certificate)}, {"private_key", absolute(given->private_key)}}, given->why}));
    });
    activating->add_option("slot", given->slot, kSlot)->required();
    activating->add_option("--certificate", given->certificate, "New certificate chain, PEM, leaf first 新证书链")->required();
    activating->add_option("--private-key", given->private_key, "Its key, PEM; none: the key stays 其私钥;不填则沿用原私钥");
    addWhy(*activating, given->why)->required();
    activating->footer("The files are copied into the deployment and switched together; what stood there stays beside them as .previous. What the\n"
                       "gateway refuses is put back. Its account reads the new files: have them beside those in use.\n"
                       "文件一并切换,原文件保留为 .previous;网关拒绝时自动恢复。新文件由网关账号读取,请放在现用文件旁。\nExample 示例:\n"
                       "  cd /etc/yihaotong/credentials\n"
                       "  yht certs activate province --certificate province-2027.pem --private-key province-2027.key --why \"yearly renewal\"");
    auto* going_back = addCommand(*certs, options, run, "rollback", "Back to the certificate before the last switch 回退到上一证书", [given, &options] {
        return report(options, command(options.directory, {kRollbackCertificate, {{"slot", given->slot}}, given->why}));
    });
    going_back->add_option("slot", given->slot, kSlot)->required();
    addWhy(*going_back, given->why)->required();
    going_back->footer("Once more brings the newer one back. 再次执行则恢复较新的证书。\nExample 示例:\n  yht certs rollback province --why \"the far side refuses it\"");
}

}  // namespace yht::app
