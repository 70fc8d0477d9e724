#include "gateway/app/certs_permission.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "gateway/app/config.h"
#include "gateway/app/control_certs_issuing.h"
#include "gateway/app/control_client.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "gateway/trust/partner.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr const char* kUsualDeployment = "/etc/yihaotong";

std::string digestOf(base::BytesView bytes) { return base::toHex(crypto::sha256(bytes)); }

/// As the journal has it: of the line that certificates print, which begins with the last part.
std::string subjectDigest(crypto::DistinguishedName subject) {
    std::reverse(subject.parts.begin(), subject.parts.end());
    return digestOf(subject.text());
}

/// One digest for what several say: that of the only one is its own.
std::string digestOfAll(const std::vector<std::string>& digests) {
    if (digests.empty()) return "";
    if (digests.size() == 1) return digests.front();
    std::string all;
    for (const auto& one : digests) all += one + "\n";
    return digestOf(all);
}

/// Whose certificate it is, as far as partners.yaml says.
std::string partnerOfCertificate(const trust::TrustSnapshot& partners, const std::string& fingerprint) {
    const auto match = partners.findCertificate(fingerprint);
    return match ? match->partner->id : "";
}

std::string partnerIn(const std::vector<std::string>& ids, const crypto::DistinguishedName& subject) {
    const std::string name = subject.find("CN");
    return std::find(ids.begin(), ids.end(), name) == ids.end() ? "" : name;
}

void say(const std::string& zh, const std::string& en) { std::cerr << zh << '\n' << en << '\n'; }

}  // namespace

std::string deploymentOf(const CertsLine& line) {
    if (!line.deployment.empty()) return line.deployment;
    std::error_code fault;
    return std::filesystem::exists(std::string(kUsualDeployment) + "/yht.yaml", fault) ? kUsualDeployment : "";
}

base::Result<CertsPermission> CertsPermission::ask(const CertsLine& line, const certs::Authority& authority, const CertsIntent& intent) {
    CertsPermission permission;
    permission.deployment_ = deploymentOf(line);
    if (permission.deployment_.empty()) {
        say("本机没有网关部署:未经网关复核,只记入 CA 的 journal.csv,稍后用 yht certs journal --hand-in 补录。",
            "No deployment on this machine: nobody is asked; it stands in the authority's journal.csv, to be handed in later: "
            "yht certs journal --hand-in.");
        return permission;
    }
    if (const auto partners = trust::loadTrust(permission.deployment_); partners.ok()) {
        for (const auto& partner : (*partners)->partners()) permission.partner_ids_.push_back(partner.id);
        permission.about_partner_ = partnerOfCertificate(**partners, intent.fingerprint);
    }
    const auto key = authority.keyDigest();
    if (!key.ok()) return key.error();
    std::vector<std::string> subjects, keys;
    std::string partners;
    for (const auto& subject : intent.subjects) {
        subjects.push_back(subjectDigest(subject));
        const auto id = permission.about_partner_.empty() ? partnerIn(permission.partner_ids_, subject) : permission.about_partner_;
        if (!id.empty() && partners.size() + id.size() < certs::kJournalCellBytesMax) partners += (partners.empty() ? "" : " ") + id;
    }
    for (const auto& der : intent.public_ders) keys.push_back(digestOf(der));
    const auto answer = command(
        permission.deployment_, {kPermitCertificate,
                                 {{"act", intent.act},
                                  {"authority", *key},
                                  {"profile", intent.profile},
                                  {"partner", partners},
                                  {"subject", digestOfAll(subjects)},
                                  {"serial", intent.serial},
                                  {"key", digestOfAll(keys)},
                                  {"count", std::to_string(std::max<std::size_t>(1, intent.subjects.size()))},
                                  {"reason", intent.reason}},
                                 line.why}
    );
    if (!answer.ok() && answer.error().code == ErrorCode::NotFound) {
        say("部署尚无账本:记入 CA 的 journal.csv,账本建立后的下一条命令会补录。",
            "The deployment has no ledger yet: it stands in the authority's journal.csv; the next command hands it in once there is one.");
        return permission;
    }
    if (!answer.ok()) return answer.error();
    const auto document = json::parse(*answer);
    if (document.ok()) permission.permit_ = json::textMember(*document, "permit");
    if (permission.permit_.empty()) return base::makeError(ErrorCode::PeerAnswerInvalid, "no permit in the gateway's answer");
    return permission;
}

certs::Act CertsPermission::put(certs::Act act, const crypto::DistinguishedName& subject) const {
    act.permit = permit_;
    act.partner = about_partner_.empty() ? partnerIn(partner_ids_, subject) : about_partner_;
    return act;
}

void CertsPermission::tell(certs::Authority& authority) const {
    if (permit_.empty()) return;
    const auto told = handInJournal(deployment_, authority);
    if (told.ok()) return;
    say("已完成,但尚未记入账本(行仍在 journal.csv,请执行 yht certs journal --hand-in):" + told.error().public_zh,
        "Done, but the ledger has not been told; the line waits in journal.csv: yht certs journal --hand-in. " + base::describe(told.error()));
}

base::Result<std::size_t> handInJournal(const std::string& deployment, certs::Authority& authority) {
    certs::Journal& journal = authority.journal();
    std::size_t taken = 0;
    while (journal.handedIn() < journal.lines().size()) {
        ControlRequest request{kRecordCertificate, {}, ""};
        const auto cells = journal.lines()[journal.handedIn()].cells();
        for (std::size_t index = 0; index < cells.size(); ++index) request.arguments.emplace(certs::kJournalColumns[index], cells[index]);
        if (const auto answer = command(deployment, request); !answer.ok()) return answer.error();
        if (auto kept = journal.setHandedIn(journal.handedIn() + 1); !kept.ok()) return std::move(kept).error();
        ++taken;
    }
    return taken;
}

}  // namespace yht::app
