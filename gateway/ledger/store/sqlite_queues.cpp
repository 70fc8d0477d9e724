// The look-ups that are about deliveries not finished.
#include "gateway/ledger/store/sqlite_lookups.h"

namespace yht::ledger {
namespace {

/// Columns as every SELECT below lists them.
DeliveryRow readDelivery(const Query& query) {
    DeliveryRow row;
    row.destination = query.text(0);
    row.seq = query.unsignedInteger(1);
    row.ticket_no = query.text(2);
    row.kind = static_cast<std::uint8_t>(query.integer(3));
    row.state = static_cast<DeliveryState>(query.integer(4));
    row.attempts = static_cast<std::uint32_t>(query.integer(5));
    row.next_ms = query.integer(6);
    row.committed_ms = query.integer(7);
    row.batch_id = query.text(8);
    row.reason = query.text(9);
    return row;
}

std::vector<DeliveryRow> readDeliveries(Query& query) {
    std::vector<DeliveryRow> rows;
    while (query.next()) rows.push_back(readDelivery(query));
    return rows;
}

}  // namespace

// The indexes are named: without statistics SQLite takes the primary key for the sake of
// ORDER BY seq, and reads the destination's whole backlog for every look-up.
std::vector<DeliveryRow> Lookups::deliveries(
    const std::string& destination, DeliveryState state, base::UnixMillis due_ms, std::size_t limit
) {
    Query query(
        database_,
        "SELECT destination, seq, ticket_no, kind, state, attempts, next_ms, committed_ms, "
        "batch_id,"
        " reason FROM delivery INDEXED BY delivery_by_state"
        " WHERE destination = ? AND state = ? AND next_ms <= ? ORDER BY seq LIMIT ?",
        destination, static_cast<int>(state), due_ms, limit
    );
    return readDeliveries(query);
}

std::vector<DeliveryRow> Lookups::deliveriesOf(
    const std::string& destination, const std::string& ticket_no
) {
    Query query(
        database_,
        "SELECT destination, seq, ticket_no, kind, state, attempts, next_ms, committed_ms, "
        "batch_id,"
        " reason FROM delivery INDEXED BY delivery_by_ticket"
        " WHERE destination = ? AND ticket_no = ? ORDER BY seq",
        destination, ticket_no
    );
    return readDeliveries(query);
}

std::vector<DeliveryCount> Lookups::deliveryCounts() {
    // Entries are committed in the order of their numbers: the lowest is the oldest, and the index
    // has it.
    Query query(
        database_,
        "SELECT counted.destination, counted.state, counted.rows, delivery.committed_ms FROM"
        " (SELECT destination, state, count(*) AS rows, min(seq) AS oldest FROM delivery"
        " GROUP BY destination, state) AS counted JOIN delivery ON delivery.destination ="
        " counted.destination AND delivery.seq = counted.oldest ORDER BY 1, 2"
    );
    std::vector<DeliveryCount> counts;
    while (query.next()) {
        counts.push_back(
            {query.text(0), static_cast<DeliveryState>(query.integer(1)), query.unsignedInteger(2),
             query.integer(3)}
        );
    }
    return counts;
}

}  // namespace yht::ledger
