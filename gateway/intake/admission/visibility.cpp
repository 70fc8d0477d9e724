#include "gateway/intake/admission/visibility.h"

#include <algorithm>
#include <vector>

#include "gateway/ticket/record_json.h"

namespace yht::intake {
namespace {

using trust::Partner;
using trust::Right;

bool within(std::string_view text, const std::string& scope) {
    return !scope.empty() && text.starts_with(scope);
}

bool grants(const Partner& partner, Right right, std::string_view text) {
    return std::any_of(
        partner.grants.begin(), partner.grants.end(),
        [&](const trust::Grant& grant) { return grant.right == right && within(text, grant.scope); }
    );
}

bool hasOwnNumber(ledger::View& view, const Partner& partner, const std::string& ticket_no) {
    const std::vector<ledger::Alias> aliases = view.aliases(ticket_no);
    return std::any_of(aliases.begin(), aliases.end(), [&](const ledger::Alias& alias) {
        return partner.speaksFor(alias.party) || alias.party == partner.id;
    });
}

/// A record opened only when its leaf says that it is of a kind that can decide.
bool recordGrants(ledger::View& view, const Partner& partner, ledger::Seq seq) {
    const base::Result<ledger::Leaf> leaf = view.leaf(seq);
    if (!leaf.ok() || leaf->header.type != ledger::EntryType::Record) return false;
    if (partner.speaksFor(leaf->header.source)) return false;  // nobody grants himself a right
    const auto kind = static_cast<ticket::Kind>(leaf->header.kind);
    if (kind != ticket::Kind::Appeal && kind != ticket::Kind::Assignment) return false;
    const base::Result<ledger::Entry> entry = view.entry(seq);
    if (!entry.ok()) return false;  // erased: what can't be read grants nothing
    const base::Result<ticket::Record> record = ticket::fromCanonicalText(entry->payload);
    if (!record.ok()) return false;
    return kind == ticket::Kind::Appeal
               ? grants(partner, Right::ReadCity, record->text(ticket::Field::accepting_region))
               : grants(partner, Right::ReadUnit, record->text(ticket::Field::org_code));
}

bool anyRecordGrants(ledger::View& view, const Partner& partner, const std::string& ticket_no) {
    if (!partner.may(Right::ReadCity) && !partner.may(Right::ReadUnit)) return false;
    const std::vector<ledger::Seq> entries = view.ticketEntries(ticket_no);
    return std::any_of(entries.begin(), entries.end(), [&](ledger::Seq seq) {
        return recordGrants(view, partner, seq);
    });
}

}  // namespace

bool maySee(ledger::View& view, const Partner& partner, const std::string& ticket_no) {
    if (!view.hasTicket(ticket_no)) return false;
    if (partner.may(Right::ReadProvince)) return true;
    if (grants(partner, Right::ReadCity, ticket_no)) return true;
    if (partner.may(Right::ReadOwn) && hasOwnNumber(view, partner, ticket_no)) return true;
    return anyRecordGrants(view, partner, ticket_no);
}

bool mayJoin(ledger::View& view, const Partner& partner, const std::string& ticket_no) {
    if (!view.hasTicket(ticket_no)) return false;
    return hasOwnNumber(view, partner, ticket_no) || grants(partner, Right::JoinCity, ticket_no) ||
           maySee(view, partner, ticket_no);
}

bool mayJoinRegion(const Partner& partner, std::string_view region) {
    return partner.may(Right::ReadProvince) || grants(partner, Right::ReadCity, region) ||
           grants(partner, Right::JoinCity, region);
}

bool speakerOf(
    ledger::View& view, const trust::TrustSnapshot& registry, ledger::Seq seq,
    const std::function<bool(const std::string& partner_id)>& is
) {
    const auto record = view.leaf(seq);
    if (!record) return false;
    if (record->header.message_seq != 0) {
        const auto message = view.leaf(record->header.message_seq);
        return message && is(message->header.source);
    }
    for (const auto& partner : registry.partners()) {
        if (partner.sources.contains(record->header.source) && is(partner.id)) return true;
    }
    return false;
}

}  // namespace yht::intake
