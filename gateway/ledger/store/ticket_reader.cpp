#include "gateway/ledger/store/ticket_reader.h"

#include "gateway/ticket/record_json.h"

namespace yht::ledger {
namespace {

base::Status readRecord(View& view, Seq seq, const LeafHeader& header, StoredTicket& ticket) {
    auto entry = view.entry(seq);
    if (!entry.ok()) {
        if (entry.error().code != base::ErrorCode::LedgerErased) return entry.error();
        ++ticket.erased_count;
        return {};
    }
    auto record = ticket::fromCanonicalText(entry->payload);
    if (!record.ok()) {
        return base::makeError(
            base::ErrorCode::LedgerCorrupt,
            "entry " + std::to_string(seq) + " is no canonical record"
        );
    }
    ticket.records.push_back({seq, header, *std::move(record)});
    return {};
}

}  // namespace

base::Result<StoredTicket> readTicket(View& view, const std::string& ticket_no) {
    if (!view.hasTicket(ticket_no)) {
        return base::makeError(base::ErrorCode::NotFound, "no ticket " + ticket_no);
    }
    StoredTicket ticket;
    ticket.ticket_no = ticket_no;
    for (auto& alias : view.aliases(ticket_no)) {
        if (!alias.number.empty()) ticket.aliases.push_back(std::move(alias));
    }
    for (const Seq seq : view.ticketEntries(ticket_no)) {
        auto leaf = view.leaf(seq);
        if (!leaf.ok()) return leaf.error();
        if (leaf->header.type == EntryType::Outcome) ticket.outcomes.push_back(seq);
        if (leaf->header.type != EntryType::Record) continue;
        if (auto read = readRecord(view, seq, leaf->header, ticket); !read.ok())
            return read.error();
    }
    // Payloads hold the source's own fields only: versions that admission derived come back from the order.
    std::vector<ticket::Record*> in_ledger_order;
    for (auto& stored : ticket.records) in_ledger_order.push_back(&stored.record);
    ticket::assignVersions(in_ledger_order);
    return ticket;
}

ticket::Persons personsOf(const StoredTicket& ticket, Seq last) {
    ticket::Persons persons;
    for (const StoredRecord& stored : ticket.records) {
        if (stored.seq <= last) persons.learn(stored.record);
    }
    return persons;
}

}  // namespace yht::ledger
