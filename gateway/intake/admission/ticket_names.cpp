#include "gateway/intake/admission/ticket_names.h"

#include "gateway/intake/admission/visibility.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ticket::Field;

/// One (party, number) of the record, and where in the body it stands.
struct Name {
    std::string party;
    std::string number;
    std::string pointer;
    bool own = false;
};

base::Error refusedAt(
    ErrorCode code, std::vector<std::string> pointers, const char* reason, const char* en,
    const char* zh
) {
    base::Error error = base::makeError(code);
    for (std::string& pointer : pointers) {
        error.fields.push_back(
            {.pointer = std::move(pointer), .code = reason, .limit = "", .en = en, .zh = zh}
        );
    }
    return error;
}

base::Error ticketUnknown(const std::string& pointer) {
    return refusedAt(
        ErrorCode::TicketUnknown, {pointer}, "ticket_unknown",
        "No ticket by this number is known to this partner.", "该对接方没有此编号的工单。"
    );
}

/// The own name comes first: it decides where a stand-alone record stands (rule 9).
std::vector<Name> namesOf(const PreparedMessage& message, const PreparedItem& item) {
    const ticket::Record& record = item.record;
    std::vector<Name> names;
    if (record.has(Field::ticket_ref)) {
        names.push_back(
            {record.source(), record.text(Field::ticket_ref), item.pointer + "/ticket_ref", true}
        );
    } else if (record.kind() == ticket::Kind::Appeal) {
        names.push_back(
            {record.source(), record.text(Field::record_ref), item.pointer + "/record_ref", true}
        );
    }
    const std::vector<std::string>& others = record.list(Field::other_refs);
    for (std::size_t i = 0; i < others.size(); ++i) {
        const std::size_t slash = others[i].find('/');
        if (slash == std::string::npos) continue;  // the catalogue refuses it before it gets here
        std::string party = others[i].substr(0, slash);
        const bool own = message.speaker->speaksFor(party);
        names.push_back(
            {std::move(party), others[i].substr(slash + 1),
             item.pointer + "/other_refs/" + std::to_string(i), own}
        );
    }
    return names;
}

/// Collects tickets that names lead to, and the names that are still free.
class Resolution {
public:
    Resolution(ledger::View& view, const PreparedMessage& message)
        : view_(view), message_(message) {}

    void lead(const std::string& ticket_no, const std::string& pointer) {
        if (found_.ticket_no.empty()) {
            found_.ticket_no = ticket_no;
            pointer_ = pointer;
        } else if (found_.ticket_no != ticket_no) {
            conflict_ = conflict_.empty() ? pointer : conflict_;
        }
    }

    void follow(const Name& name) {
        const std::optional<std::string> known = view_.findTicket(name.party, name.number);
        if (known && (name.own || mayJoin(view_, *message_.speaker, *known))) {
            lead(*known, name.pointer);
        } else if (!known && (name.own || mayNameFirst(name.party))) {
            found_.aliases.push_back({name.party, name.number, ""});
        }
    }

    bool conflicts() const { return !conflict_.empty(); }
    base::Error conflict() const {
        return refusedAt(
            ErrorCode::AliasConflict, {pointer_, conflict_}, "names_another_ticket",
            "These numbers belong to different tickets.", "这些编号属于不同的工单。"
        );
    }
    TicketNames take() && { return std::move(found_); }
    const TicketNames& found() const { return found_; }

private:
    bool mayNameFirst(const std::string& party) const {
        const trust::Source* source = message_.registry->findSource(party);
        return source != nullptr && mayJoinRegion(*message_.speaker, source->region);
    }

    ledger::View& view_;
    const PreparedMessage& message_;
    TicketNames found_;
    std::string pointer_;   // of the name that led to found_.ticket_no
    std::string conflict_;  // of the first name that led elsewhere
};

base::Status followTicketNumber(
    ledger::View& view, const PreparedMessage& message, const PreparedItem& item,
    Resolution& resolution
) {
    const std::string& ticket_no = item.record.text(Field::ticket_no);
    if (ticket_no.empty()) return {};
    const std::string pointer = item.pointer + "/ticket_no";
    if (!mayJoin(view, *message.speaker, ticket_no)) return ticketUnknown(pointer);
    resolution.lead(ticket_no, pointer);
    return {};
}

base::Status checkNameCount(
    ledger::View& view, const PreparedItem& item, const TicketNames& names
) {
    if (names.ticket_no.empty() || names.aliases.empty()) return {};
    if (view.aliases(names.ticket_no).size() + names.aliases.size() <= kTicketNamesMax) return {};
    base::Error error = base::makeError(ErrorCode::RecordInvalid);
    error.fields.push_back(
        {.pointer = item.pointer + "/other_refs",
         .code = "too_many_names",
         .limit = std::to_string(kTicketNamesMax),
         .en = "The ticket has as many numbers as one ticket may have.",
         .zh = "该工单的编号数量已达上限。"}
    );
    return error;
}

}  // namespace

base::Result<TicketNames> resolveNames(
    ledger::View& view, const PreparedMessage& message, const PreparedItem& item,
    const std::string& earlier_ticket
) {
    const bool bound = ticket::kindRow(item.record.kind()).ticket_bound;
    Resolution resolution(view, message);
    if (!earlier_ticket.empty()) resolution.lead(earlier_ticket, item.pointer + "/record_ref");
    if (base::Status named = followTicketNumber(view, message, item, resolution); !named.ok()) {
        return std::move(named).error();
    }
    const std::vector<Name> names = namesOf(message, item);
    for (const Name& name : names) resolution.follow(name);
    if (!bound) return TicketNames{resolution.found().ticket_no, {}};
    if (resolution.conflicts()) return resolution.conflict();
    if (resolution.found().ticket_no.empty() && resolution.found().aliases.empty()) {
        return ticketUnknown(names.empty() ? item.pointer : names.front().pointer);
    }
    if (base::Status count = checkNameCount(view, item, resolution.found()); !count.ok()) {
        return std::move(count).error();
    }
    return std::move(resolution).take();
}

}  // namespace yht::intake
