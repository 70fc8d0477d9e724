// Work that sources' items leave behind: attachments to be admitted, history to be released.
#include "gateway/ledger/store/sqlite_transaction.h"

namespace yht::ledger {

std::vector<SourceAttachmentRow> Lookups::sourceAttachments(
    const SourceAttachmentFilter& filter, std::size_t limit
) {
    Query query(
        database_,
        "SELECT id, message_seq, record_seq, source, ticket_no, item_index, ordinal, record_ref, content_type,"
        " state, attempts, next_ms, since_ms, reason FROM source_attachment WHERE id > ?1"
        " AND (?2 = '' OR state = ?2) AND (?3 = '' OR source = ?3) AND (?4 = '' OR ticket_no = ?4)"
        " AND next_ms <= ?5 ORDER BY id LIMIT ?6",
        filter.after_id, filter.state, filter.source, filter.ticket_no, filter.due_ms, limit
    );
    std::vector<SourceAttachmentRow> rows;
    while (query.next()) {
        SourceAttachmentRow& row = rows.emplace_back();
        row.id = query.unsignedInteger(0);
        row.message_seq = query.unsignedInteger(1);
        row.record_seq = query.unsignedInteger(2);
        row.source = query.text(3);
        row.ticket_no = query.text(4);
        row.item_index = query.unsignedInteger(5);
        row.ordinal = query.unsignedInteger(6);
        row.record_ref = query.text(7);
        row.content_type = query.text(8);
        row.state = query.text(9);
        row.attempts = static_cast<std::uint32_t>(query.integer(10));
        row.next_ms = query.integer(11);
        row.since_ms = query.integer(12);
        row.reason = query.text(13);
    }
    return rows;
}

std::vector<SourceAttachmentCount> Lookups::sourceAttachmentCounts() {
    Query query(
        database_,
        "SELECT source, state, count(*), min(since_ms) FROM source_attachment GROUP BY source, state"
        " ORDER BY source, state"
    );
    std::vector<SourceAttachmentCount> counts;
    while (query.next()) {
        counts.push_back({query.text(0), query.text(1), query.unsignedInteger(2), query.integer(3)});
    }
    return counts;
}

bool Lookups::isAttachmentQueued(const std::string& source, const std::string& record_ref) {
    Query query(
        database_, "SELECT 1 FROM source_attachment WHERE source = ? AND record_ref = ?", source, record_ref
    );
    return query.next();
}

std::vector<Seq> Lookups::historyHeld(Seq after, Seq upto) {
    Query query(
        database_, "SELECT seq FROM history_held WHERE seq > ? AND seq <= ? ORDER BY seq", after, upto
    );
    std::vector<Seq> seqs;
    while (query.next()) seqs.push_back(query.unsignedInteger(0));
    return seqs;
}

std::vector<Seq> Lookups::historyReleased(std::size_t limit) {
    Query query(
        database_, "SELECT seq FROM history_held WHERE released = 1 ORDER BY seq LIMIT ?", limit
    );
    std::vector<Seq> seqs;
    while (query.next()) seqs.push_back(query.unsignedInteger(0));
    return seqs;
}

std::uint64_t Lookups::countHeldHistory(const HistoryRange& range) {
    Query query(
        database_,
        "SELECT count(*) FROM history_held WHERE released = 0 AND source = ? AND event_ms >= ? AND event_ms < ?",
        range.source, range.from_ms, range.to_ms
    );
    query.next();
    return query.unsignedInteger(0);
}

std::vector<HistoryCount> Lookups::historyCounts() {
    Query query(
        database_,
        "SELECT source, sum(released = 0), sum(released = 1), min(event_ms) FILTER (WHERE released = 0),"
        " max(event_ms) FILTER (WHERE released = 0) FROM history_held GROUP BY source ORDER BY source"
    );
    std::vector<HistoryCount> counts;
    while (query.next()) {
        counts.push_back(
            {query.text(0), query.unsignedInteger(1), query.unsignedInteger(2), query.integer(3),
             query.integer(4)}
        );
    }
    return counts;
}

base::Status SqliteTransaction::addSourceAttachment(const SourceAttachmentRow& row) {
    change(
        context_.database,
        "INSERT INTO source_attachment (message_seq, record_seq, source, ticket_no, item_index, ordinal,"
        " record_ref, content_type, state, attempts, next_ms, since_ms, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.message_seq, row.record_seq, row.source, row.ticket_no, row.item_index, row.ordinal,
        row.record_ref, row.content_type, row.state, row.attempts, row.next_ms, row.since_ms, row.reason
    );
    return {};
}

base::Status SqliteTransaction::renewSourceAttachment(const SourceAttachmentRow& row) {
    const int renewed = change(
        context_.database,
        "UPDATE source_attachment SET state = ?, attempts = ?, next_ms = ?, reason = ? WHERE id = ?",
        row.state, row.attempts, row.next_ms, row.reason, row.id
    );
    if (renewed == 1) return {};
    const std::string id = std::to_string(row.id);
    return base::makePublicError(
        base::ErrorCode::NotFound, "No attachment " + id + " of a source waits.",
        "没有编号为 " + id + " 的待处理来源附件。"
    );
}

base::Status SqliteTransaction::endSourceAttachment(std::uint64_t id) {
    change(context_.database, "DELETE FROM source_attachment WHERE id = ?", id);
    return {};
}

base::Status SqliteTransaction::holdHistory(const HistoryRow& row) {
    change(
        context_.database,
        "INSERT INTO history_held (seq, source, ticket_no, event_ms, released) VALUES (?, ?, ?, ?, 0)",
        row.seq, row.source, row.ticket_no, row.event_ms
    );
    return {};
}

base::Result<std::uint64_t> SqliteTransaction::releaseHistory(
    const HistoryRange& range, std::size_t limit
) {
    const int released = change(
        context_.database,
        "UPDATE history_held SET released = 1 WHERE seq IN (SELECT seq FROM history_held WHERE released = 0"
        " AND source = ? AND event_ms >= ? AND event_ms < ? ORDER BY seq LIMIT ?)",
        range.source, range.from_ms, range.to_ms, limit
    );
    return static_cast<std::uint64_t>(released);
}

base::Status SqliteTransaction::endHistory(Seq seq) {
    change(context_.database, "DELETE FROM history_held WHERE seq = ?", seq);
    return {};
}

}  // namespace yht::ledger
