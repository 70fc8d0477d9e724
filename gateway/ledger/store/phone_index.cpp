#include "gateway/ledger/store/phone_index.h"

namespace yht::ledger {

void addPhone(Database& database, const KeyedDigests& digests, const std::string& number, const PhoneName& name) {
    const auto mac = digests.phone(number);
    change(
        database, "INSERT INTO phone (mac, seq, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", Blob{mac}, name.seq,
        name.ticket_no
    );
}

std::vector<PhoneName> phoneNames(Database& database, base::BytesView mac, Seq after, std::size_t limit) {
    Query query(
        database, "SELECT seq, ticket_no FROM phone WHERE mac = ? AND seq > ? ORDER BY seq LIMIT ?", Blob{mac}, after, limit
    );
    std::vector<PhoneName> names;
    while (query.next()) names.push_back({query.unsignedInteger(0), query.text(1)});
    return names;
}

void erasePhones(Database& database, const std::string& ticket_no) {
    // The second condition repeats the index's own.
    change(database, "DELETE FROM phone WHERE ticket_no = ? AND ticket_no <> ''", ticket_no);
}

}  // namespace yht::ledger
