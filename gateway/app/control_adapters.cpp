#include "gateway/app/control_adapters.h"

#include <charconv>

#include "gateway/app/source_folders.h"
#include "gateway/intake/admission/readmission.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;

base::Error wrongReplay(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

std::optional<std::vector<ledger::Seq>> seqsOf(std::string_view text) {
    std::vector<ledger::Seq> seqs;
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        ledger::Seq seq = 0;
        const auto [last, code] = std::from_chars(text.data(), text.data() + end, seq);
        if (code != std::errc{} || last != text.data() + end || seqs.size() == kReplayedMessagesMax) return std::nullopt;
        seqs.push_back(seq);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (seqs.empty()) return std::nullopt;
    return seqs;
}

/// Whoever may read the ledger's file can read the value; that it was looked at in clear is what is kept.
base::Result<std::string> lookAtField(ControlServices& services, const ControlCall& call) {
    auto noted = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call);
    });
    if (!noted.ok()) return std::move(noted).error();
    return std::string("{}");
}

struct InForce {
    std::shared_ptr<const trust::TrustSnapshot> trust;
    std::shared_ptr<const kit::Adapter> adapter;
};

/// Of the gateway where one runs; else as the files are.
base::Result<InForce> inForce(const ControlServices& services, const std::string& source) {
    InForce found;
    if (services.trust) {
        found.trust = services.trust();
    } else {
        auto loaded = trust::loadTrust(services.directory);
        if (!loaded.ok()) return std::move(loaded).error();
        found.trust = *std::move(loaded);
    }
    std::shared_ptr<const intake::SourceAdapters> adapters;
    if (services.adapters) {
        adapters = services.adapters();
    } else {
        auto loaded = loadSourceAdapters(services.directory, *found.trust);
        if (!loaded.ok()) return std::move(loaded).error();
        adapters = *std::move(loaded);
    }
    const auto adapter = adapters->find(source);
    if (adapter == adapters->end()) return base::makeError(ErrorCode::SourceUnknown, source);
    found.adapter = adapter->second;
    return found;
}

std::string answerOf(const intake::Readmitted& all) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
    out.StartObject();
    json::writeNumber(out, "corrected", all.corrected);
    json::writeNumber(out, "known", all.known);
    json::writeNumber(out, "new", all.made_new);
    json::writeNumber(out, "not_made", all.not_made);
    json::writeNumber(out, "passed_over", all.passed_over);
    json::writeNumber(out, "refused", all.refused);
    json::writeNumber(out, "waiting", all.waiting);
    out.EndObject();
    return buffer.GetString();
}

base::Result<std::string> replay(ControlServices& services, const ControlCall& call) {
    const auto seqs = seqsOf(call.argument("messages"));
    if (!seqs) {
        return wrongReplay("messages: 1 to " + std::to_string(kReplayedMessagesMax) + " numbers of entries.",
                           "messages 须为 1 至 " + std::to_string(kReplayedMessagesMax) + " 个账本序号。");
    }
    auto found = inForce(services, call.argument("source"));
    if (!found.ok()) return std::move(found).error();
    if (found->adapter->version() != call.argument("version")) {
        return wrongReplay("Another version of the source's folder is in force (" + found->adapter->version() +
                               "): `yht adapters apply` first.",
                           "生效的是该来源的另一版本(" + found->adapter->version() + "),请先执行 yht adapters apply。");
    }
    intake::Readmitted all;
    const intake::ReadmissionServices desk{
        services.store, services.random, found->trust, *found->adapter,
        [&](ledger::Transaction& transaction) { return appendAudit(transaction, services, call); }};
    for (const auto seq : *seqs) {
        auto one = intake::readmit(desk, seq);
        // Erased since it was looked at: nothing is to be brought back.
        if (!one.ok() && one.error().code == ErrorCode::LedgerErased) continue;
        if (!one.ok()) return std::move(one).error();
        all.add(*one);
    }
    return answerOf(all);
}

}  // namespace

std::vector<ControlCommand> adapterCommands() {
    return {{kLookAtField, {"field", "ticket_no"}, true, lookAtField, kSecurityRole | kAuditRole, always},
            {kReplayMessages, {"messages", "source", "version"}, true, replay}};
}

}  // namespace yht::app
