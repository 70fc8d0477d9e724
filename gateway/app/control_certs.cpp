#include "gateway/app/control_certs.h"

#include <filesystem>

#include "gateway/app/credential_switch.h"
#include "gateway/app/destinations.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;

/// The files of a slot, and everything that is done with them.
struct Switched {
    std::vector<FileSwitch> files;
    std::vector<CredentialSlot> uses;
    std::string before;  // fingerprint
};

std::string fingerprintOf(const std::string& path) {
    const auto chain = trust::readCertificates(path);
    if (!chain.ok()) return {};
    const auto facts = crypto::readCertificateFacts(chain->front());
    return facts.ok() ? facts->fingerprint : std::string();
}

/// The slot's pair as it would be, checked for every slot that uses one of its files.
base::Result<trust::CheckedCredential> checkUses(
    const std::vector<CredentialSlot>& uses, const CredentialSlot& slot, const std::string& certificate, const std::string& key,
    base::UnixMillis now_ms
) {
    std::optional<trust::CheckedCredential> of_slot;
    for (const auto& use : uses) {
        trust::CredentialQuestion question = use.question;
        if (question.certificate_path == slot.question.certificate_path) question.certificate_path = certificate;
        if (question.private_key_path == slot.question.private_key_path) question.private_key_path = key;
        auto checked = trust::checkCredential(question, now_ms);
        if (!checked.ok()) {
            base::Error error = std::move(checked).error();
            error.detail = use.name + (error.detail.empty() ? "" : ": " + error.detail);
            return error;
        }
        if (use.name == slot.name) of_slot = *checked;
    }
    YHT_ASSERT(of_slot.has_value());
    return *of_slot;
}

std::vector<CredentialSlot> usesOf(const std::vector<CredentialSlot>& slots, const CredentialSlot& slot) {
    std::vector<CredentialSlot> uses;
    for (const auto& each : slots) {
        if (each.question.certificate_path == slot.question.certificate_path ||
            each.question.private_key_path == slot.question.private_key_path) {
            uses.push_back(each);
        }
    }
    return uses;
}

std::string answerText(const CredentialSlot& slot, const std::vector<CredentialSlot>& uses, const trust::CheckedCredential& checked, const std::string& before) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    json::writeText(writer, "slot", slot.name);
    writer.Key("uses");
    writer.StartArray();
    for (const auto& use : uses) writer.String(use.name.c_str());
    writer.EndArray();
    json::writeText(writer, "fingerprint", checked.fingerprint);
    json::writeText(writer, "not_after", base::formatRfc3339(checked.not_after_ms));
    json::writeText(writer, "before", before);
    writer.EndObject();
    return buffer.GetString();
}

/// Where a switch under way is noted: with the ledger, so that nothing but the folders of certificates need be open to the gateway.
base::Result<std::string> noteFolder(const ControlServices& services) {
    const auto config = Config::load(services.directory);
    if (!config.ok()) return config.error();
    return config->text("ledger.directory");
}

base::Status finishEarlier(const ControlServices& services) {
    const auto folder = noteFolder(services);
    return folder.ok() ? finishSwitch(*folder) : base::Status(folder.error());
}

/// The audit entry, with the gateway's reload where one runs.
base::Status takeNote(ControlServices& services, const ControlCall& call) {
    if (services.reload) {
        auto reloaded = reloadFor(services, call);
        return reloaded.ok() ? base::Status() : base::Status(std::move(reloaded).error());
    }
    return services.store.run([&](ledger::Transaction& transaction) { return appendAudit(transaction, services, call); });
}

/// Switches, has the gateway read it, and puts everything back where that is refused.
base::Status takeIntoUse(ControlServices& services, const ControlCall& call, const std::vector<FileSwitch>& files, const std::string& fingerprint) {
    const auto folder = noteFolder(services);
    if (!folder.ok()) return folder.error();
    const auto earlier = previousOf(files);
    if (!earlier.ok()) return earlier.error();
    if (auto switched = switchFiles(*folder, files); !switched.ok()) return switched;
    ControlRequest told = call.request;
    told.arguments["fingerprint"] = fingerprint;
    auto reloaded = takeNote(services, call.as(told));
    if (reloaded.ok()) return {};
    auto before = previousOf(files);
    base::Status back = before.ok() ? switchFiles(*folder, *before) : base::Status(before.error());
    if (back.ok()) back = restorePrevious(files, *earlier);
    if (back.ok() && services.reload) back = services.reload();
    const std::string outcome = back.ok() ? "" : "; putting it back failed: " + base::describe(back.error());
    return base::makePublicError(
        ErrorCode::CertSwitchFailed, "The running gateway refused it and the files are as before: " + reloaded.error().public_en,
        "运行中的网关拒绝启用,文件已恢复原状:" + reloaded.error().public_zh, base::describe(reloaded.error()) + outcome
    );
}

base::Result<std::string> put(
    ControlServices& services, const ControlCall& call, const std::vector<CredentialSlot>& slots, const CredentialSlot& slot,
    const std::vector<FileSwitch>& files, const std::string& certificate_path, const std::string& key_path
) {
    const auto uses = usesOf(slots, slot);
    const auto checked = checkUses(uses, slot, certificate_path, key_path, services.clock.nowMillis());
    if (!checked.ok()) return checked.error();
    const std::string before = fingerprintOf(slot.question.certificate_path);
    if (auto taken = takeIntoUse(services, call, files, checked->fingerprint); !taken.ok()) return std::move(taken).error();
    if (services.log) {
        services.log("certificates 证书: " + slot.name + " is now 现为 " + checked->subject + " (sha256 " + checked->fingerprint.substr(0, 16) +
                     "…), before 原为 " + before.substr(0, 16) + "…");
    }
    return answerText(slot, uses, *checked, before);
}

base::Result<std::string> activate(ControlServices& services, const ControlCall& call) {
    if (auto finished = finishEarlier(services); !finished.ok()) return std::move(finished).error();
    const auto slots = allSlots(services.directory);
    if (!slots.ok()) return slots.error();
    const auto slot = findSlot(*slots, call.argument("slot"));
    if (!slot.ok()) return slot.error();
    const std::string& certificate = call.argument("certificate");
    const std::string& key = call.argument("private_key");
    const std::string place = std::filesystem::path(slot->question.certificate_path).parent_path().string();
    for (const auto& path : {certificate, key}) {
        if (path.empty()) continue;
        if (auto seen = seesFile(ErrorCode::CertUnreadable, path, place); !seen.ok()) return std::move(seen).error();
    }
    auto certificate_text = trust::readCredentialFile(certificate);
    if (!certificate_text.ok()) return std::move(certificate_text).error();
    std::vector<FileSwitch> files{{slot->question.certificate_path, *std::move(certificate_text), false}};
    if (!key.empty()) {
        auto key_text = trust::readCredentialFile(key);
        if (!key_text.ok()) return std::move(key_text).error();
        files.push_back({slot->question.private_key_path, *std::move(key_text), true});
    }
    return put(services, call, *slots, *slot, files, certificate, key.empty() ? slot->question.private_key_path : key);
}

base::Result<std::string> rollback(ControlServices& services, const ControlCall& call) {
    if (auto finished = finishEarlier(services); !finished.ok()) return std::move(finished).error();
    const auto slots = allSlots(services.directory);
    if (!slots.ok()) return slots.error();
    const auto slot = findSlot(*slots, call.argument("slot"));
    if (!slot.ok()) return slot.error();
    const auto& question = slot->question;
    const auto before = previousOf({{question.certificate_path, {}, false}, {question.private_key_path, {}, true}});
    if (!before.ok()) return before.error();
    if (before->empty() || before->front().target != question.certificate_path) return base::makeError(ErrorCode::CertNothingBefore, slot->name);
    const bool with_key = before->size() > 1;
    return put(services, call, *slots, *slot, *before, question.certificate_path + ".previous",
               question.private_key_path + (with_key ? ".previous" : ""));
}

}  // namespace

base::Result<std::vector<CredentialSlot>> allSlots(const std::string& directory) {
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    auto slots = ownSlots(*config);
    auto destinations = destinationFiles(directory);
    if (!destinations.ok()) return std::move(destinations).error();
    for (const auto& files : *destinations) {
        slots.push_back({"destination " + files.id, {.certificate_path = files.certificate, .private_key_path = files.private_key,
                                                     .issuer_ca_path = files.issuer_ca,
                                                     .uses = {crypto::CertificatePurpose::TlsClient, crypto::CertificatePurpose::Signing}}});
    }
    return slots;
}

base::Result<CredentialSlot> findSlot(const std::vector<CredentialSlot>& slots, const std::string& name) {
    std::string names;
    for (const auto& slot : slots) {
        if (slot.name == name || slot.name == "destination " + name) return slot;
        names += (names.empty() ? "" : ", ") + slot.name;
    }
    return base::makePublicError(
        ErrorCode::CertSlotUnknown, "No certificate is used under that name; there are: " + names + ".",
        "没有以此名称使用的证书;现有:" + names + "。"
    );
}

std::vector<ControlCommand> certificateCommands() {
    return {{kActivateCertificate, {"slot", "certificate", "private_key"}, true, activate, kSecurityRole},
            {kRollbackCertificate, {"slot"}, true, rollback, kSecurityRole}};
}

}  // namespace yht::app
