#include "gateway/ledger/store/call_index.h"

namespace yht::ledger {

std::optional<CallName> namedCall(const ticket::Record& record) {
    const auto& ref = record.text(ticket::Field::call_ref);
    if (ref.empty()) return std::nullopt;
    return CallName{record.source(), ref};
}

void addNamedCall(Database& database, const KeyedDigests& digests, const CallName& call, const std::string& ticket_no) {
    const auto mac = digests.call(call.source, call.record_ref);
    change(database, "INSERT INTO named_call (mac, ticket_no) VALUES (?, ?) ON CONFLICT DO NOTHING", Blob{mac}, ticket_no);
}

std::vector<std::string> ticketsNamingCall(Database& database, const KeyedDigests& digests, const CallName& call, std::size_t limit) {
    const auto mac = digests.call(call.source, call.record_ref);
    std::vector<std::string> tickets;
    for (const char* sql : {"SELECT ticket_no FROM named_call WHERE mac = ? ORDER BY ticket_no LIMIT ?",
                            "SELECT ticket_no FROM erased_name WHERE mac = ? LIMIT ?"}) {
        Query query(database, sql, Blob{mac}, limit - tickets.size());
        while (query.next()) tickets.push_back(query.text(0));
    }
    return tickets;
}

std::vector<base::Bytes> eraseNamedCalls(Database& database, const std::string& ticket_no) {
    std::vector<base::Bytes> macs;
    {
        Query query(database, "SELECT mac FROM named_call WHERE ticket_no = ? ORDER BY mac", ticket_no);
        while (query.next()) macs.emplace_back(query.bytes(0));
    }
    change(database, "DELETE FROM named_call WHERE ticket_no = ?", ticket_no);
    return macs;
}

}  // namespace yht::ledger
