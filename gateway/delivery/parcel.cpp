#include "gateway/delivery/parcel.h"

#include <algorithm>
#include <charconv>

#include "gateway/json/json.h"
#include "gateway/ledger/store/epoch.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/record_json.h"

namespace yht::delivery {

namespace {

void appendMember(std::string& out, const char* name, std::string_view value) {
    out += out.size() == 1 ? "\"" : ",\"";
    out += name;
    out += "\":";
    json::appendCanonicalString(out, value);
}

const char* flagText(bool flag) {
    return flag ? "true" : "false";
}

constexpr std::uint64_t kVersionsSearchedMax = 10'000;
constexpr std::size_t kNamingTicketsMax = 8;  // folded for one call

/// The version that admission gave a record whose source has none: payloads hold the source's own
/// fields only, the ledger's identities know the rest.
void assignVersion(ledger::View& view, ledger::Seq seq, ticket::Record& record) {
    if (record.versionOrigin() != ticket::VersionOrigin::Latest) return;
    ticket::Identity identity = record.identity();
    const auto latest = view.findLatest(identity.source, identity.kind, identity.record_ref);
    if (!latest) return;
    const std::uint64_t newest = latest->identity.version;
    for (std::uint64_t back = 0; back < std::min(newest, kVersionsSearchedMax); ++back) {
        identity.version = newest - back;
        const auto known = view.findIdentity(identity);
        if (!known || known->seq != seq) continue;
        record.assignVersion(identity.version);
        return;
    }
}

using Opened = std::shared_ptr<const OpenedRecord>;

/// What another destination's courier has opened; nullptr where it must be read.
Opened openedAlready(ledger::View& view, const ledger::DeliveryRow& row, OpenedRecords* shared) {
    if (shared == nullptr || row.ticket_no.empty()) return nullptr;
    Opened opened = shared->find(row.seq);
    if (!opened || !view.isErased(row.ticket_no)) return opened;
    shared->forget(row.seq);
    return nullptr;
}

base::Result<Opened> openRecord(
    ledger::View& view, const ledger::DeliveryRow& row, OpenedRecords* shared
) {
    if (Opened known = openedAlready(view, row, shared)) return known;
    auto entry = view.entry(row.seq);
    if (!entry.ok()) return entry.error();
    auto record = ticket::fromCanonicalText(entry->payload);
    if (!record.ok()) return record.error();
    assignVersion(view, row.seq, *record);
    Opened opened = std::make_shared<const OpenedRecord>(OpenedRecord{
        .record = std::move(*record),
        .event_ms = entry->header.event_ms,
        .received_ms = entry->header.received_ms,
        .former_numbers = ledger::formerNumbers(view.epochs(), row.seq)});
    if (shared != nullptr && !row.ticket_no.empty())
        shared->put(row.seq, opened, entry->payload.size());
    return opened;
}

base::Result<Parcel> openParcel(
    ledger::View& view, const ledger::DeliveryRow& row, OpenedRecords* shared
) {
    auto opened = openRecord(view, row, shared);
    if (!opened.ok()) return opened.error();
    Parcel parcel{
        .row = row,
        .event_ms = (*opened)->event_ms,
        .received_ms = (*opened)->received_ms,
        .out = {},
        .plan = {}};
    parcel.out.seq = row.seq;
    parcel.out.former_numbers = (*opened)->former_numbers;
    parcel.out.record = (*opened)->record;
    parcel.out.ticket_no = row.ticket_no;
    parcel.out.committed_ms = row.committed_ms;
    return parcel;
}

/// 保密. The record's own persons are looked for as well: a stand-alone record has no ticket to name them.
void hideCitizen(ledger::View& view, Parcel& parcel) {
    ticket::Persons persons;
    if (const auto stored = ledger::readTicket(view, parcel.row.ticket_no); stored.ok()) {
        persons = ledger::personsOf(*stored, parcel.plan.hidden_by);
    }
    persons.learn(parcel.out.record);
    parcel.out.record = ticket::withoutCitizen(parcel.out.record, persons);
}

void applyPlan(ledger::View& view, Parcel& parcel) {
    parcel.out.late = parcel.plan.late;
    parcel.out.for_information = parcel.plan.information;
    parcel.out.numbers = parcel.plan.numbers;
    parcel.out.masked = parcel.plan.masked;
    if (parcel.plan.masked) hideCitizen(view, parcel);
}

}  // namespace

std::string encodePlan(const AttemptPlan& plan) {
    std::string out = "{";
    appendMember(out, "count", std::to_string(plan.count));
    appendMember(out, "error", plan.error);
    appendMember(out, "hidden_by", std::to_string(plan.hidden_by));
    appendMember(out, "information", flagText(plan.information));
    appendMember(out, "late", flagText(plan.late));
    appendMember(out, "masked", flagText(plan.masked));
    out += ",\"numbers\":";
    std::string numbers = "{";
    for (const auto& [party, number] : plan.numbers) {
        if (numbers.size() > 1) numbers += ',';
        json::appendCanonicalString(numbers, party);
        numbers += ':';
        json::appendCanonicalString(numbers, number);
    }
    return out + numbers + "}}";
}

std::optional<AttemptPlan> decodePlan(const std::string& text) {
    const auto document = json::parse(text);
    if (!document.ok() || !document->IsObject()) return std::nullopt;
    const rapidjson::Value* numbers = json::findMember(*document, "numbers");
    if (numbers == nullptr || !numbers->IsObject()) return std::nullopt;
    AttemptPlan plan{
        .count = 0,
        .error = json::textMember(*document, "error"),
        .late = json::textMember(*document, "late") == "true",
        .masked = json::textMember(*document, "masked") == "true",
        .information = json::textMember(*document, "information") == "true",
        .hidden_by = 0,
        .numbers = {}};
    const std::string count = json::textMember(*document, "count");
    std::from_chars(count.data(), count.data() + count.size(), plan.count);
    const std::string hidden_by = json::textMember(*document, "hidden_by");
    std::from_chars(hidden_by.data(), hidden_by.data() + hidden_by.size(), plan.hidden_by);
    for (const auto& member : numbers->GetObject()) {
        if (!member.value.IsString()) return std::nullopt;
        plan.numbers.emplace(member.name.GetString(), member.value.GetString());
    }
    return plan;
}

base::Result<Parcel> makeParcel(
    ledger::View& view, const ledger::DeliveryRow& row, const ParcelRules& rules
) {
    auto parcel = openParcel(view, row, rules.opened);
    if (!parcel.ok()) return parcel.error();
    parcel->plan.late = rules.now_ms - row.committed_ms > rules.late_after_ms;
    parcel->plan.masked = rules.mask_secret && isSecret(view, row, parcel->out.record, rules.now_ms);
    parcel->plan.hidden_by = parcel->plan.masked ? view.lastSeq() : 0;
    if (rules.dispatches) {
        const std::string mode =
            integrationModeOf(view, parcel->out.record.source(), row.ticket_no, rules.mode_of_source);
        parcel->plan.information = mode == kModeBranch;
    }
    if (!row.ticket_no.empty()) {
        for (const ledger::Alias& alias : view.aliases(row.ticket_no)) {
            parcel->plan.numbers.emplace(alias.party, alias.number);
        }
    }
    applyPlan(view, *parcel);
    return parcel;
}

base::Result<Parcel> remakeParcel(ledger::View& view, const ledger::DeliveryRow& row) {
    const auto plan = decodePlan(row.reason);
    if (!plan)
        return base::makeError(base::ErrorCode::LedgerCorrupt, "delivery row without its plan");
    auto parcel = openParcel(view, row, nullptr);
    if (!parcel.ok()) return parcel.error();
    parcel->plan = *plan;
    applyPlan(view, *parcel);
    return parcel;
}

bool isSecret(ledger::View& view, const std::string& ticket_no, base::UnixMillis now_ms) {
    const auto stored = ledger::readTicket(view, ticket_no);
    if (!stored.ok()) return true;
    std::vector<ticket::Record> records;
    for (const ledger::StoredRecord& item : stored->records) records.push_back(item.record);
    const auto folded = ticket::fold(records, ticket::Calendar{}, ticket::FoldRules{}, now_ms);
    return ticket::citizenIsSecret(folded, stored->erased_count == 0);
}

namespace {

/// One of the tickets that name the call is 保密, or they are too many to be asked.
bool isSecretCall(ledger::View& view, const ticket::Record& call, base::UnixMillis now_ms) {
    const auto tickets = view.ticketsNamingCall({call.source(), call.text(ticket::Field::record_ref)}, kNamingTicketsMax + 1);
    if (tickets.size() > kNamingTicketsMax) return true;
    return std::any_of(tickets.begin(), tickets.end(), [&](const std::string& ticket_no) { return isSecret(view, ticket_no, now_ms); });
}

}  // namespace

bool isSecret(ledger::View& view, const ledger::DeliveryRow& row, const ticket::Record& record, base::UnixMillis now_ms) {
    using ticket::Field;
    if (!row.ticket_no.empty()) return isSecret(view, row.ticket_no, now_ms);
    if (record.has(Field::ticket_ref) || record.has(Field::ticket_no) || record.has(Field::other_refs)) return true;
    return record.kind() == ticket::Kind::Call && isSecretCall(view, record, now_ms);
}

bool isStale(ledger::View& view, const Parcel& parcel) {
    const ticket::Record& record = parcel.out.record;
    if (record.versionOrigin() == ticket::VersionOrigin::Latest) return false;
    const ticket::Identity own = record.identity();
    const auto latest = view.findLatest(own.source, own.kind, own.record_ref);
    if (!latest || latest->seq >= parcel.row.seq) return false;
    return std::pair(latest->identity.version, latest->identity.correction) >
           std::pair(own.version, own.correction);
}

}  // namespace yht::delivery
