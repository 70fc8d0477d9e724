#include "gateway/app/control_quarantine.h"

#include <charconv>

#include "gateway/app/source_folders.h"
#include "gateway/intake/admission/corrections.h"
#include "gateway/intake/admission/quarantine_desk.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using intake::QuarantineDecided;
using json::Writer;

std::optional<std::uint64_t> numberOf(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = code == std::errc{} && end == text.data() + text.size() && number != 0;
    return whole ? std::optional(number) : std::nullopt;
}

/// "7,8,9".
std::optional<std::vector<std::uint64_t>> numbersOf(std::string_view text) {
    std::vector<std::uint64_t> numbers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const auto number = numberOf(text.substr(0, end));
        if (!number || numbers.size() == intake::kReplayItemsMax) return std::nullopt;
        numbers.push_back(*number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return numbers;
}

/// The call as its audit entry tells it: names of what was changed, without the texts.
ControlRequest withoutTexts(const ControlRequest& request, const Changes& changes) {
    ControlRequest told = request;
    std::string names;
    for (const auto& [name, text] : changes) names += (names.empty() ? "" : ",") + name;
    told.arguments["set"] = names;
    return told;
}

intake::QuarantineOrder orderOf(
    ControlServices& services, const ControlCall& call, const ControlRequest& told
) {
    return {
        .operator_id = call.operator_id,
        .why = call.request.why,
        .also = [&services, &call, &told](ledger::Transaction& transaction) {
            return appendAudit(transaction, services, call.as(told));
        }};
}

/// Of the gateway where one runs; else as the files are.
base::Result<std::shared_ptr<const trust::TrustSnapshot>> trustOf(const ControlServices& services) {
    if (services.trust) return services.trust();
    return trust::loadTrust(services.directory);
}

base::Result<intake::QuarantineDesk> deskOf(ControlServices& services) {
    auto trust = trustOf(services);
    if (!trust.ok()) return std::move(trust).error();
    std::shared_ptr<const intake::SourceAdapters> adapters;
    if (services.adapters) {
        adapters = services.adapters();
    } else {
        auto loaded = loadSourceAdapters(services.directory, **trust);
        if (!loaded.ok()) return std::move(loaded).error();
        adapters = *std::move(loaded);
    }
    return intake::QuarantineDesk(
        {services.store, services.random, *std::move(trust), std::move(adapters), services.log}
    );
}

/// Which fields, and what of them; the first ones.
void writeFields(Writer& out, const std::vector<base::FieldError>& fields) {
    constexpr std::size_t kFieldsShownMax = 8;
    out.Key("fields");
    out.StartArray();
    for (std::size_t i = 0; i < std::min(fields.size(), kFieldsShownMax); ++i) {
        out.StartObject();
        json::writeText(out, "pointer", fields[i].pointer);
        json::writeText(out, "code", fields[i].code);
        out.EndObject();
    }
    out.EndArray();
}

void writeDecided(Writer& out, const QuarantineDecided& item, const char* closed_as) {
    out.StartObject();
    json::writeNumber(out, "id", item.id);
    json::writeText(out, "state", item.closed ? closed_as : ledger::kQuarantineOpen);
    if (item.closed && std::string_view(closed_as) != ledger::kQuarantineDiscarded) {
        json::writeText(out, "verdict", intake::sourceVerdictName(item.verdict));
    }
    if (!item.ticket_no.empty()) json::writeText(out, "ticket_no", item.ticket_no);
    out.Key("seqs");
    out.StartArray();
    for (const ledger::Seq seq : item.seqs) out.Uint64(seq);
    out.EndArray();
    if (item.closed) {
        json::writeNumber(out, "decision_seq", item.decision_seq);
    }
    if (item.reason) {
        json::writeText(out, "code", item.reason->row().wire);
        writeFields(out, item.reason->fields);
    }
    out.EndObject();
}

std::string answerOf(const std::vector<QuarantineDecided>& items, const char* closed_as) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    std::uint64_t closed = 0;
    out.StartObject();
    out.Key("items");
    out.StartArray();
    std::size_t shown = 0;
    for (const QuarantineDecided& item : items) {
        closed += item.closed ? 1 : 0;
        // An answer that does not go through the socket whole is lost, and what was done with it unknown.
        if (shown == kDecidedShownMax || buffer.GetSize() > kDecidedBytesMax) continue;
        writeDecided(out, item, closed_as);
        ++shown;
    }
    out.EndArray();
    json::writeNumber(out, "items_not_shown", items.size() - shown);
    json::writeNumber(out, "closed", closed);
    json::writeNumber(out, "still_open", items.size() - closed);
    out.EndObject();
    return buffer.GetString();
}

base::Result<std::string> fix(ControlServices& services, const ControlCall& call) {
    const auto id = numberOf(call.argument("id"));
    if (!id) return wrongArgument(call, "id");
    const auto changes = decodeChanges(call.argument("set"));
    if (!changes.ok()) return wrongArgument(call, "set");
    auto desk = deskOf(services);
    if (!desk.ok()) return std::move(desk).error();
    std::vector<kit::ItemPatch> patches;
    for (const auto& [path, text] : *changes) patches.push_back({0, path, text});
    const ControlRequest told = withoutTexts(call.request, *changes);
    auto decided = desk->fix(*id, std::move(patches), orderOf(services, call, told));
    if (!decided.ok()) return std::move(decided).error();
    return answerOf({*std::move(decided)}, ledger::kQuarantineFixed);
}

base::Result<std::string> replay(ControlServices& services, const ControlCall& call) {
    auto ids = numbersOf(call.argument("ids"));
    if (!ids) return wrongArgument(call, "ids");
    if (ids->empty()) {
        auto snapshot = services.store.snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        ledger::QuarantineFilter filter{.source = call.argument("source")};
        const std::string& reason = call.argument("reason");
        (reason.find('.') == reason.npos ? filter.fingerprint : filter.reason) = reason;
        for (const auto& row : (*snapshot)->quarantine(filter, intake::kReplayItemsMax)) ids->push_back(row.id);
    }
    auto desk = deskOf(services);
    if (!desk.ok()) return std::move(desk).error();
    const auto all = desk->replay(*ids, orderOf(services, call, call.request));
    if (all.size() == 1 && all[0].undecided) return *all[0].reason;
    return answerOf(all, ledger::kQuarantineReplayed);
}

base::Result<std::string> discard(ControlServices& services, const ControlCall& call) {
    const auto ids = numbersOf(call.argument("ids"));
    if (!ids || ids->empty()) return wrongArgument(call, "ids");
    // No adapter is needed: an item of a source that is gone must be discardable.
    intake::QuarantineDesk desk({services.store, services.random, nullptr, nullptr, services.log});
    std::vector<QuarantineDecided> all;
    for (const std::uint64_t id : *ids) {
        auto decided = desk.discard(id, orderOf(services, call, call.request));
        if (!decided.ok() && ids->size() == 1) return std::move(decided).error();
        if (decided.ok()) {
            all.push_back(*std::move(decided));
            continue;
        }
        // Those before it are decided: they must be told.
        QuarantineDecided failed;
        failed.id = id;
        failed.reason = std::move(decided).error();
        failed.undecided = true;
        all.push_back(std::move(failed));
    }
    return answerOf(all, ledger::kQuarantineDiscarded);
}

base::Result<std::string> raw(ControlServices& services, const ControlCall& call) {
    const auto id = numberOf(call.argument("id"));
    if (!id) return wrongArgument(call, "id");
    intake::QuarantineDesk desk({services.store, services.random, nullptr, nullptr, {}});
    const auto bytes = desk.raw(*id, kRawShownBytesMax, orderOf(services, call, call.request));
    if (!bytes.ok()) return bytes.error();
    return "{\"raw\":\"" + base::toBase64(*bytes) + "\"}";
}

base::Result<std::string> correct(ControlServices& services, const ControlCall& call) {
    const auto changes = decodeChanges(call.argument("set"));
    if (!changes.ok()) return wrongArgument(call, "set");
    const std::string& seq_text = call.argument("seq");
    const auto seq = numberOf(seq_text);
    if (seq_text.empty() == call.argument("ticket_no").empty() || (!seq_text.empty() && !seq)) {
        return wrongArgument(call, "seq");
    }
    auto trust = trustOf(services);
    if (!trust.ok()) return std::move(trust).error();
    const ControlRequest told = withoutTexts(call.request, *changes);
    const auto done = intake::correctRecord(
        services.store, services.random, **trust,
        {.ticket_no = call.argument("ticket_no"),
         .seq = seq.value_or(0),
         .changes = *changes,
         .operator_id = call.operator_id,
         .also = [&](ledger::Transaction& transaction) {
             return appendAudit(transaction, services, call.as(told));
         },
         .at_ms = services.clock.nowMillis()}
    );
    if (!done.ok()) return done.error();
    return "{\"corrected_seq\":" + std::to_string(done->corrected_seq) +
           ",\"correction\":" + std::to_string(done->correction) + ",\"seq\":" + std::to_string(done->seq) +
           ",\"ticket_no\":\"" + done->ticket_no + "\"}";
}

}  // namespace

std::string encodeChanges(const Changes& changes) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartArray();
    for (const auto& [name, text] : changes) {
        out.StartObject();
        json::writeText(out, "name", name);
        json::writeText(out, "text", text);
        out.EndObject();
    }
    out.EndArray();
    return buffer.GetString();
}

base::Result<Changes> decodeChanges(std::string_view text) {
    const auto document = json::parse(text);
    const auto wrong = [] { return base::makeError(ErrorCode::ParameterInvalid, "set"); };
    if (!document.ok() || !document->IsArray()) return wrong();
    Changes changes;
    for (const auto& change : document->GetArray()) {
        const std::string name = json::textMember(change, "name");
        if (name.empty()) return wrong();
        changes.emplace_back(name, json::textMember(change, "text"));
    }
    return changes;
}

std::vector<ControlCommand> quarantineCommands() {
    return {{kFixItem, {"id", "set"}, true, fix},
            {kReplayItems, {"ids", "reason", "source"}, true, replay},
            {kDiscardItems, {"ids"}, true, discard, kSystemRole, always},
            {kRawItem, {"id"}, true, raw, kSystemRole | kSecurityRole | kAuditRole, always},
            {kCorrectRecord, {"seq", "set", "ticket_no"}, true, correct}};
}

}  // namespace yht::app
