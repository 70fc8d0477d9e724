#include "gateway/intake/admission/decide.h"

#include <limits>
#include <map>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/erased_items.h"
#include "gateway/intake/admission/ticket_names.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"

namespace yht::intake {

using base::ErrorCode;
using ledger::KnownIdentity;
using ticket::Identity;

/// What a record's identity makes of it.
struct Judgement {
    Identity identity;                       // with the version that was derived
    std::optional<KnownIdentity> duplicate;  // set: the entry that has the same content
    bool stale = false;
    std::string earlier_ticket;
};

namespace {

base::Error conflictWith(ledger::View& view, const KnownIdentity& known, const PreparedItem& item) {
    base::Error error = base::makeError(ErrorCode::RecordConflict);
    const base::Result<ledger::Entry> entry = view.entry(known.seq);
    if (!entry.ok()) return error;  // erased: that it differs is known, where is not
    const base::Result<ticket::Record> stored = ticket::fromCanonicalText(entry->payload);
    if (!stored.ok()) return error;
    for (const std::string& name : ticket::differingFields(*stored, item.record)) {
        error.fields.push_back(
            {.pointer = item.pointer + "/" + json::pointerToken(name),
             .code = "differs",
             .limit = "",
             .en = "Differs from the content received first.",
             .zh = "与首次收到的内容不同。"}
        );
    }
    return error;
}

base::Error versionsUsedUp(const PreparedItem& item) {
    base::Error error = base::makeError(ErrorCode::RecordInvalid);
    error.fields.push_back(
        {.pointer = item.pointer + "/version",
         .code = "required",
         .limit = "",
         .en = "The greatest version is taken; a version of its own is needed.",
         .zh = "已到最大版本号,须自带版本号。"}
    );
    return error;
}

/// Rule 4, for records that bring neither version nor modification time.
base::Status deriveVersion(
    ledger::View& view, const PreparedItem& item, const std::optional<KnownIdentity>& latest,
    Judgement& judgement
) {
    Identity& identity = judgement.identity;
    if (!latest) {
        identity.version = 1;
        return {};
    }
    identity.version = latest->identity.version;
    if (identity.correction > 0) return {};  // of the version that stands
    KnownIdentity own = withoutCorrection(view, *latest);
    if (view.sameBody(own, item.body_digest)) {
        judgement.duplicate = std::move(own);
        return {};
    }
    if (identity.version == std::numeric_limits<std::uint64_t>::max()) {
        return versionsUsedUp(item);
    }
    ++identity.version;
    return {};
}

bool correctsNothing(ledger::View& view, const Identity& identity) {
    if (identity.correction == 0) return false;
    Identity corrected = identity;
    corrected.correction = 0;
    return !view.findIdentity(corrected);
}

base::Error erased(const std::string& ticket_no) {
    return base::makeError(ErrorCode::LedgerErased, "ticket " + ticket_no);
}

/// Rule 11.
base::Status checkRoom(ledger::View& view, const PreparedItem& item, const std::string& ticket_no) {
    if (ticket_no.empty() || item.identity.correction > 0) return {};
    if (view.ticketEntries(ticket_no).size() < kTicketEntriesMax) return {};
    base::Error error = base::makeError(ErrorCode::RecordInvalid, "ticket " + ticket_no + " is full");
    error.fields.push_back(
        {.pointer = item.pointer + "/ticket_ref",
         .code = "ticket_full",
         .limit = std::to_string(kTicketEntriesMax),
         .en = "The ticket has as many entries as a ticket may have.",
         .zh = "该工单的条目数已达上限。"}
    );
    return error;
}

/// Rules 2 to 6, 4a. Errors: RecordConflict, CorrectionBaseMissing, RecordInvalid, LedgerErased.
base::Result<Judgement> judge(ledger::View& view, const PreparedItem& item, bool unchanged_is_duplicate) {
    Judgement judgement;
    judgement.identity = item.identity;
    const std::optional<KnownIdentity> latest =
        view.findLatest(item.identity.source, item.identity.kind, item.identity.record_ref);
    if (latest && latest->erased) return erased(latest->ticket_no);
    if (latest) judgement.earlier_ticket = latest->ticket_no;
    if (item.version_origin == ticket::VersionOrigin::Latest) {
        if (base::Status derived = deriveVersion(view, item, latest, judgement); !derived.ok()) {
            return std::move(derived).error();
        }
        if (judgement.duplicate) return judgement;
    } else if (unchanged_is_duplicate && latest && item.identity.correction == 0 && saysTheSame(view, *latest, item.record)) {
        judgement.duplicate = withoutCorrection(view, *latest);
        return judgement;
    }
    const Identity& identity = judgement.identity;
    const auto order = [](const Identity& each) {
        return std::pair(each.version, each.correction);
    };
    const bool beyond_latest = !latest || order(identity) > order(latest->identity);
    if (!beyond_latest) {  // only then can the identity be known
        if (std::optional<KnownIdentity> known = view.findIdentity(identity)) {
            if (!view.sameBody(*known, item.body_digest)) return conflictWith(view, *known, item);
            judgement.duplicate = std::move(known);
            return judgement;
        }
    }
    if (correctsNothing(view, identity)) return base::makeError(ErrorCode::CorrectionBaseMissing);
    judgement.stale = !beyond_latest;
    return judgement;
}

ItemDecision refused(base::Error error) {
    ItemDecision decision;
    decision.error = std::move(error);
    return decision;
}

ItemDecision duplicateOf(const std::string& ticket_no, ledger::Seq seq) {
    return {.verdict = ItemVerdict::Duplicate, .error = {}, .ticket_no = ticket_no, .seq = seq};
}

}  // namespace

KnownIdentity withoutCorrection(ledger::View& view, const KnownIdentity& latest) {
    if (latest.identity.correction == 0) return latest;
    Identity own = latest.identity;
    own.correction = 0;
    return view.findIdentity(own).value_or(latest);
}

bool saysTheSame(ledger::View& view, const KnownIdentity& latest, const ticket::Record& record) {
    if (record.versionOrigin() == ticket::VersionOrigin::Latest) return false;
    const KnownIdentity own = withoutCorrection(view, latest);
    // Digests are all that is compared, no payload is opened: the record as it would be under the version of the other.
    ticket::Record same = record;
    if (record.has(ticket::Field::version))
        same.set(ticket::Field::version, std::to_string(own.identity.version));
    else
        same.set(
            ticket::Field::modified_time,
            base::formatRfc3339(static_cast<base::UnixMillis>(own.identity.version))
        );
    return view.sameBody(own, crypto::sha256(ticket::canonicalText(same)));
}

Decider::Decider(ledger::Transaction& transaction, const PreparedMessage& message)
    : transaction_(transaction),
      message_(message),
      message_seq_(message.message_seq.value_or(0)) {}

base::Result<ItemDecision> Decider::decide(const PreparedItem& item) {
    if (item.refusal) return refused(*item.refusal);
    base::Result<Judgement> judgement = judge(transaction_, item, message_.unchanged_is_duplicate);
    if (!judgement.ok()) return refused(std::move(judgement).error());
    if (judgement->duplicate) {
        return duplicateOf(judgement->duplicate->ticket_no, judgement->duplicate->seq);
    }
    if (judgement->stale) {
        if (auto room = checkRoom(transaction_, item, judgement->earlier_ticket); !room.ok()) return refused(room.error());
        return keep(item, *judgement, TicketNames{}, judgement->earlier_ticket);
    }
    const base::Result<TicketNames> names =
        resolveNames(transaction_, message_, item, judgement->earlier_ticket);
    if (!names.ok()) return refused(names.error());
    if (!names->ticket_no.empty() && transaction_.isErased(names->ticket_no)) {
        return refused(erased(names->ticket_no));
    }
    if (auto room = checkRoom(transaction_, item, names->ticket_no); !room.ok()) return refused(room.error());
    const base::Result<std::string> ticket_no = ticketFor(item, *names);
    if (!ticket_no.ok()) {
        if (ticket_no.error().code != ErrorCode::NumbersExhausted) return ticket_no.error();
        return refused(ticket_no.error());
    }
    return keep(item, *judgement, *names, *ticket_no);
}

base::Result<std::string> Decider::ticketFor(const PreparedItem& item, const TicketNames& names) {
    if (!names.ticket_no.empty()) return names.ticket_no;
    if (!ticket::kindRow(item.record.kind()).ticket_bound) return std::string();
    const trust::Source* source = message_.registry->findSource(item.identity.source);
    YHT_ASSERT(source != nullptr);  // prepare refuses sources that the registry does not have
    return transaction_.newTicket(
        message_.ticket_region.empty() ? source->region : message_.ticket_region
    );
}

ledger::LeafHeader Decider::header(ledger::EntryType type) const {
    ledger::LeafHeader header;
    header.type = type;
    header.assurance = message_.assurance;
    header.message_seq = message_seq_;
    header.received_ms = message_.received_ms;
    header.adapter = message_.adapter;
    header.adapter_version = message_.adapter_version;
    return header;
}

base::Status Decider::ensureMessage() {
    if (message_.message_seq || message_seq_ != 0) return {};
    ledger::EntryDraft draft{
        .header = header(ledger::EntryType::Message),
        .payload = message_.payload_when_appended ? message_.payload_when_appended() : message_.payload,
        .salt = message_.salt,
        .sealed_under = ledger::SealedUnder::Own};
    draft.header.source = message_.speaker->id;
    const base::Result<ledger::Seq> seq = transaction_.append(std::move(draft));
    if (!seq.ok()) return seq.error();
    message_seq_ = *seq;
    if (message_.replay_key.empty()) return {};
    return transaction_.addReplay(message_.replay_key, *seq);
}

base::Result<ledger::Seq> Decider::appendRecord(
    const PreparedItem& item, const std::string& ticket_no
) {
    ledger::EntryDraft draft{
        .header = header(ledger::EntryType::Record),
        .payload = item.canonical,
        .salt = item.salt,
        .sealed_under = ticket_no.empty() ? ledger::SealedUnder::Own : ledger::SealedUnder::Ticket};
    draft.header.kind = static_cast<std::uint8_t>(item.identity.kind);
    draft.header.source = item.identity.source;
    draft.header.ticket_no = ticket_no;
    draft.header.event_ms = item.event_ms;
    return transaction_.append(std::move(draft));
}

/// Appends the record and all that points to it. From here on every error is a fault.
base::Result<ItemDecision> Decider::keep(
    const PreparedItem& item, const Judgement& judgement, const TicketNames& names,
    const std::string& ticket_no
) {
    if (base::Status message = ensureMessage(); !message.ok()) return std::move(message).error();
    const base::Result<ledger::Seq> seq = appendRecord(item, ticket_no);
    if (!seq.ok()) return seq.error();
    if (base::Status added =
            transaction_.addIdentity(judgement.identity, *seq, item.body_digest, ticket_no);
        !added.ok()) {
        return std::move(added).error();
    }
    for (ledger::Alias alias : names.aliases) {
        alias.ticket_no = ticket_no;
        if (base::Status added = transaction_.addAlias(alias); !added.ok()) {
            return std::move(added).error();
        }
    }
    if (item.record.isHistory()) {
        base::Status held =
            transaction_.holdHistory({*seq, item.identity.source, ticket_no, item.event_ms});
        if (!held.ok()) return std::move(held).error();
    }
    for (const std::string& digest : ticket::namedAttachments(item.record)) {
        base::Status added = transaction_.addAttachment(digest, {*seq, ticket_no});
        if (!added.ok()) return std::move(added).error();
    }
    for (const std::string& number : item.phones) {
        base::Status added = transaction_.addPhone(number, {*seq, ticket_no});
        if (!added.ok()) return std::move(added).error();
    }
    if (base::Status added = transaction_.addNamedCall(item.record, ticket_no); !added.ok()) return std::move(added).error();
    return ItemDecision{
        .verdict = judgement.stale ? ItemVerdict::Stale : ItemVerdict::Created,
        .error = {},
        .ticket_no = ticket_no,
        .seq = *seq};
}

bool leadsToErased(ledger::View& view, const PreparedMessage& message, const PreparedItem& item) {
    if (item.refusal) return false;
    const base::Result<Judgement> judgement = judge(view, item, message.unchanged_is_duplicate);
    if (!judgement.ok()) return judgement.error().code == ErrorCode::LedgerErased;
    if (judgement->duplicate || judgement->stale) return false;
    const base::Result<TicketNames> names =
        resolveNames(view, message, item, judgement->earlier_ticket);
    if (!names.ok()) return names.error().code == ErrorCode::LedgerErased;
    return !names->ticket_no.empty() && view.isErased(names->ticket_no);
}

ReplayAnswers::ReplayAnswers(ledger::View& view, ledger::Seq first_message_seq, bool unchanged_is_duplicate)
    : view_(view), unchanged_is_duplicate_(unchanged_is_duplicate) {
    for (const ledger::Seq seq : view.messageEntries(first_message_seq)) {
        const base::Result<ledger::Entry> entry = view.entry(seq);
        if (!entry.ok()) continue;  // erased; its identity still answers below
        records_[crypto::sha256(entry->payload)].push_back(
            duplicateOf(entry->header.ticket_no, seq)
        );
    }
}

ItemDecision ReplayAnswers::answer(const PreparedItem& item) {
    if (item.refusal) return refused(*item.refusal);
    if (const auto found = records_.find(item.body_digest); found != records_.end()) {
        ItemDecision first = found->second.front();
        if (found->second.size() > 1) found->second.erase(found->second.begin());
        return first;
    }
    const base::Result<Judgement> judgement = judge(view_, item, unchanged_is_duplicate_);
    if (judgement.ok() && judgement->duplicate) {
        return duplicateOf(judgement->duplicate->ticket_no, judgement->duplicate->seq);
    }
    if (!judgement.ok() && judgement.error().code == ErrorCode::LedgerErased) {
        return refused(judgement.error());
    }
    return refused(base::makeError(ErrorCode::ReplayRefused));
}

base::Result<Decisions> decide(ledger::Transaction& transaction, const PreparedMessage& message) {
    Decisions decisions;
    if (!message.replay_key.empty()) {
        decisions.replay_of = transaction.findReplay(message.replay_key);
        if (decisions.replay_of) return decisions;
    }
    const std::optional<PreparedMessage> blanked = withoutErased(transaction, message);
    const PreparedMessage& kept = blanked ? *blanked : message;
    Decider decider(transaction, kept);
    for (const PreparedItem& item : kept.items) {
        base::Result<ItemDecision> decided = decider.decide(item);
        if (!decided.ok()) return std::move(decided).error();
        decisions.items.push_back(*std::move(decided));
    }
    decisions.message_seq = decider.messageSeq();
    return decisions;
}

}  // namespace yht::intake
