#include "gateway/intake/http/ticket_json.h"

#include <algorithm>

#include "gateway/intake/admission/visibility.h"
#include "gateway/json/members.h"
#include "gateway/ticket/record_json.h"

namespace yht::http {

namespace {

using trust::Right;

void writeState(JsonWriter& out, ticket::State state) {
    const auto& row = ticket::stateRow(state);
    out.Key("state");
    out.StartObject();
    out.Key("code");
    out.Int(static_cast<int>(row.state));
    json::writeText(out, "name", row.name);
    json::writeText(out, "zh", row.zh);
    out.Key("final");
    out.Bool(row.final);
    out.EndObject();
}

void writeFlags(JsonWriter& out, const ticket::Flags& flags) {
    const std::pair<const char*, bool> all[] = {
        {"urged", flags.urged},         {"supervised", flags.supervised},
        {"due_soon", flags.due_soon},   {"overdue", flags.overdue},
        {"hard_case", flags.hard_case}, {"secret", flags.secret},
        {"repeat", flags.repeat},       {"from_province", flags.from_province},
        {"group", flags.group},
    };
    out.Key("flags");
    out.StartArray();
    for (const auto& [name, set] : all) {
        if (set) out.String(name);
    }
    out.EndArray();
}

const char* assignmentStateName(ticket::AssignmentState state) {
    using enum ticket::AssignmentState;
    switch (state) {
        case Dispatched:
            return "dispatched";
        case SignedIn:
            return "signed_in";
        case InHand:
            return "in_hand";
        case ReturnPending:
            return "return_pending";
        case Returned:
            return "returned";
        case ExtensionPending:
            return "extension_pending";
        case Finished:
            return "finished";
        case Rejected:
            return "rejected";
        case Withdrawn:
            return "withdrawn";
    }
    YHT_ASSERT(false);
}

void writeAssignment(JsonWriter& out, const ticket::AssignmentView& assignment) {
    out.StartObject();
    json::writeText(out, "record_ref", assignment.record_ref);
    json::writeText(out, "org_code", assignment.org_code);
    json::writeText(out, "org_name", assignment.org_name);
    json::writeText(out, "role", assignment.role);
    json::writeText(out, "level", assignment.level);
    out.Key("round");
    out.Int64(assignment.round);
    json::writeText(out, "state", assignmentStateName(assignment.state));
    json::writeTime(out, "dispatched_time", assignment.dispatched_ms);
    json::writeTime(out, "signed_time", assignment.signed_ms);
    json::writeTime(out, "finished_time", assignment.finished_ms);
    json::writeTime(out, "deadline", assignment.deadline_ms);
    json::writeNumber(out, "return_count", assignment.return_count);
    json::writeNumber(out, "extension_count", assignment.extension_count);
    out.Key("overdue");
    out.Bool(assignment.overdue);
    out.EndObject();
}

void writeFinding(JsonWriter& out, const ticket::Finding& finding) {
    out.StartObject();
    json::writeText(out, "code", finding.code);
    json::writeText(out, "source", finding.record.source);
    json::writeText(out, "kind", ticket::kindRow(finding.record.kind).name);
    json::writeText(out, "record_ref", finding.record.record_ref);
    writeSeq(out, "version", finding.record.version);
    json::writeNumber(out, "correction", finding.record.correction);
    json::writeText(out, "en", finding.en);
    json::writeText(out, "zh", finding.zh);
    out.EndObject();
}

void writeAliases(JsonWriter& out, const std::vector<ledger::Alias>& aliases) {
    out.Key("aliases");
    out.StartArray();
    for (const auto& alias : aliases) {
        out.StartObject();
        json::writeText(out, "party", alias.party);
        json::writeText(out, "number", alias.number);
        out.EndObject();
    }
    out.EndArray();
}

void writeFolded(JsonWriter& out, const ticket::TicketView& folded) {
    writeState(out, folded.state);
    out.Key("round");
    out.Int64(folded.round);
    out.Key("has_appeal");
    out.Bool(folded.has_appeal);
    json::writeTime(out, "appeal_time", folded.appeal_ms);
    json::writeTime(out, "accepted_time", folded.accepted_ms);
    json::writeTime(out, "closed_time", folded.closed_ms);
    json::writeTime(out, "deadline", folded.deadline_ms.value_or(0));
    writeFlags(out, folded.flags);
    out.Key("assignments");
    out.StartArray();
    for (const auto& assignment : folded.assignments) writeAssignment(out, assignment);
    out.EndArray();
    out.Key("findings");
    out.StartArray();
    for (const auto& finding : folded.findings) writeFinding(out, finding);
    out.EndArray();
}

void writeRecordMembers(
    JsonWriter& out, const ledger::LeafHeader& header, const ticket::Record& record,
    const ticket::Persons* hidden
) {
    writeSeq(out, "seq", header.seq);
    json::writeText(out, "kind", ticket::kindRow(record.kind()).name);
    json::writeTime(out, "received_time", header.received_ms);
    json::writeTime(out, "committed_time", header.committed_ms);
    const std::string text = ticket::canonicalText(hidden == nullptr ? record : ticket::withoutCitizen(record, *hidden));
    out.Key("record");
    out.RawValue(text.data(), text.size(), rapidjson::kObjectType);
}

}  // namespace

ticket::TicketView foldStored(
    const ledger::StoredTicket& stored, const ticket::Calendar& calendar,
    const ticket::FoldRules& rules, base::UnixMillis now_ms
) {
    std::vector<ticket::Record> records;
    records.reserve(stored.records.size());
    for (const auto& item : stored.records) records.push_back(item.record);
    return ticket::fold(records, calendar, rules, now_ms);
}

std::optional<ticket::Persons> hiddenPersons(
    ledger::View& view, const trust::Partner& partner, const ledger::StoredTicket& stored,
    const ticket::TicketView& folded
) {
    if (!ticket::citizenIsSecret(folded, stored.erased_count == 0)) return std::nullopt;
    // Who joins a secret ticket with an appeal of its own has not thereby a right to the other citizen.
    bool all_own = true;
    for (const auto& item : stored.records) {
        const bool tells = !folded.has_appeal || item.record.kind() == ticket::Kind::Appeal;
        all_own = all_own && (!tells || partner.speaksFor(item.record.source()));
    }
    if (all_own && stored.erased_count == 0) return std::nullopt;
    // The same question again, asked with nothing but the wide grants: one rule for who sees what.
    trust::Partner wide;
    wide.id = partner.id;
    std::copy_if(
        partner.grants.begin(), partner.grants.end(), std::back_inserter(wide.grants),
        [](const auto& grant) {
            return grant.right == Right::ReadCity || grant.right == Right::ReadProvince;
        }
    );
    if (!wide.grants.empty() && intake::maySee(view, wide, stored.ticket_no)) return std::nullopt;
    return ledger::personsOf(stored);
}

void writeRecord(
    JsonWriter& out, const ledger::LeafHeader& header, const ticket::Record& record,
    const ticket::Persons* hidden
) {
    out.StartObject();
    json::writeText(out, "ticket_no", header.ticket_no);
    writeRecordMembers(out, header, record, hidden);
    out.EndObject();
}

const char* attachmentsState(ledger::View& view, const std::string& ticket_no) {
    const auto has = [&](const char* state) {
        return !view.sourceAttachments({.source = {}, .state = state, .ticket_no = ticket_no}, 1).empty();
    };
    if (has(ledger::kAttachmentFailed)) return "failed";
    return has(ledger::kAttachmentPending) ? "pending" : "complete";
}

void writeTicket(
    JsonWriter& out, const ledger::StoredTicket& stored, const ticket::TicketView& folded,
    const ticket::Persons* hidden, const char* attachments
) {
    out.StartObject();
    json::writeText(out, "ticket_no", stored.ticket_no);
    writeFolded(out, folded);
    writeAliases(out, stored.aliases);
    out.Key("records");
    out.StartArray();
    for (std::size_t i = 0; i < stored.records.size(); ++i) {
        out.StartObject();
        out.Key("in_force");
        out.Bool(
            std::find(folded.current.begin(), folded.current.end(), i) != folded.current.end()
        );
        writeRecordMembers(out, stored.records[i].header, stored.records[i].record, hidden);
        out.EndObject();
    }
    out.EndArray();
    json::writeNumber(out, "erased_count", stored.erased_count);
    out.Key("outcomes");
    out.StartArray();
    for (const auto seq : stored.outcomes) out.String(std::to_string(seq));
    out.EndArray();
    json::writeText(out, "attachments", attachments);
    out.EndObject();
}

}  // namespace yht::http
