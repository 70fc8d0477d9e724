// The tables of source_tables.h: look-ups, and what a transaction does to them.
#include "gateway/ledger/store/sqlite_transaction.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kIgnored = "ignored:";

struct Counter {
    const char* name;
    std::uint64_t SourceAccount::*member;
};
constexpr Counter kCounters[] = {
    {"received", &SourceAccount::received},
    {"accepted", &SourceAccount::accepted},
    {"stale", &SourceAccount::stale},
    {"duplicate", &SourceAccount::duplicate},
    {"quarantined", &SourceAccount::quarantined},
    {"refused", &SourceAccount::refused},
    {"unmapped_codes", &SourceAccount::unmapped_codes},
    {"unknown_members", &SourceAccount::unknown_members},
    {"cut_texts", &SourceAccount::cut_texts},
};

void setCounter(SourceAccount& account, const std::string& name, std::uint64_t count) {
    if (name.starts_with(kIgnored)) {
        account.ignored[name.substr(kIgnored.size())] = count;
        return;
    }
    for (const Counter& counter : kCounters) {
        if (name == counter.name) account.*counter.member = count;
    }
}

/// Columns as the SELECTs below list them.
QuarantineRow readQuarantine(const Query& query) {
    QuarantineRow row;
    row.id = query.unsignedInteger(0);
    row.message_seq = query.unsignedInteger(1);
    row.source = query.text(2);
    row.reason = query.text(3);
    row.detail_json = query.text(4);
    row.since_ms = query.integer(5);
    row.state = query.text(6);
    row.item_index = query.unsignedInteger(7);
    row.place = query.text(8);
    row.raw_offset = query.unsignedInteger(9);
    row.raw_bytes = query.unsignedInteger(10);
    row.fingerprint = query.text(11);
    row.content_type = query.text(12);
    row.adapter_version = query.text(13);
    row.decision_seq = query.unsignedInteger(14);
    return row;
}

base::Error notOpen(std::uint64_t id) {
    return base::makePublicError(
        base::ErrorCode::NotFound, "There is no open item " + std::to_string(id) + " in quarantine.",
        "隔离区中没有编号为 " + std::to_string(id) + " 的待处理条目。"
    );
}

}  // namespace

std::optional<QuarantineRow> Lookups::quarantined(std::uint64_t id) {
    Query query(
        database_,
        "SELECT id, message_seq, source, reason, detail_json, since_ms, state, item_index, place, "
        "raw_offset, raw_bytes, fingerprint, content_type, adapter_version, decision_seq"
        " FROM quarantine WHERE id = ?",
        id
    );
    if (!query.next()) return std::nullopt;
    return readQuarantine(query);
}

std::optional<std::uint64_t> Lookups::findQuarantined(
    const std::string& source, base::BytesView item_digest
) {
    const auto mac = digests_.item(source, item_digest);
    Query query(
        database_,
        "SELECT id FROM quarantine WHERE source = ? AND item_mac = ? AND state = 'open'", source,
        Blob{mac}
    );
    if (!query.next()) return std::nullopt;
    return query.unsignedInteger(0);
}

std::vector<QuarantineRow> Lookups::quarantine(const QuarantineFilter& filter, std::size_t limit) {
    Query query(
        database_,
        "SELECT id, message_seq, source, reason, detail_json, since_ms, state, item_index, place, "
        "raw_offset, raw_bytes, fingerprint, content_type, adapter_version, decision_seq"
        " FROM quarantine WHERE id > ?1 AND (?2 = '' OR state = ?2) AND (?3 = '' OR source = ?3)"
        " AND (?4 = '' OR reason = ?4) AND (?5 = '' OR fingerprint = ?5) AND since_ms >= ?6"
        " ORDER BY id LIMIT ?7",
        filter.after_id, filter.state, filter.source, filter.reason, filter.fingerprint,
        filter.since_ms, limit
    );
    std::vector<QuarantineRow> rows;
    while (query.next()) rows.push_back(readQuarantine(query));
    return rows;
}

std::vector<QuarantineGroup> Lookups::quarantineGroups(const QuarantineFilter& filter) {
    Query query(
        database_,
        "SELECT source, reason, fingerprint, count(*) AS items, min(id), min(since_ms), max(since_ms)"
        " FROM quarantine WHERE id > ?1 AND (?2 = '' OR state = ?2) AND (?3 = '' OR source = ?3)"
        " AND (?4 = '' OR reason = ?4) AND (?5 = '' OR fingerprint = ?5) AND since_ms >= ?6"
        " GROUP BY source, reason, fingerprint ORDER BY items DESC, source, reason, fingerprint",
        filter.after_id, filter.state, filter.source, filter.reason, filter.fingerprint,
        filter.since_ms
    );
    std::vector<QuarantineGroup> groups;
    while (query.next()) {
        groups.push_back(
            {query.text(0), query.text(1), query.text(2), query.unsignedInteger(3),
             query.unsignedInteger(4), query.integer(5), query.integer(6)}
        );
    }
    return groups;
}

bool Lookups::hasOpenQuarantine(const std::string& source) {
    return Query(
               database_, "SELECT 1 FROM quarantine WHERE source = ? AND state = 'open' LIMIT 1",
               source
    )
        .next();
}

std::uint64_t Lookups::countOpenQuarantine(const std::string& source, std::uint64_t limit) {
    Query query(
        database_,
        "SELECT count(*) FROM (SELECT 1 FROM quarantine WHERE source = ? AND state = 'open' LIMIT ?)",
        source, limit
    );
    query.next();
    return query.unsignedInteger(0);
}

std::optional<QuarantineRow> Lookups::findSettled(
    const std::string& source, base::BytesView item_digest
) {
    const auto mac = digests_.item(source, item_digest);
    Query query(
        database_,
        "SELECT id, message_seq, source, reason, detail_json, since_ms, state, item_index, place, "
        "raw_offset, raw_bytes, fingerprint, content_type, adapter_version, decision_seq"
        " FROM quarantine WHERE source = ? AND item_mac = ? AND state <> 'open'"
        " ORDER BY decision_seq DESC LIMIT 1",
        source, Blob{mac}
    );
    if (!query.next()) return std::nullopt;
    return readQuarantine(query);
}

bool Lookups::isQuarantinedAs(std::uint64_t id, base::BytesView item_digest) {
    Query query(database_, "SELECT source, item_mac FROM quarantine WHERE id = ?", id);
    if (!query.next()) return false;
    return base::equalConstantTime(query.bytes(1), digests_.item(query.text(0), item_digest));
}

std::vector<SourceDay> Lookups::sourceDays(std::int32_t first_day, std::int32_t last_day) {
    Query query(
        database_,
        "SELECT source, day, counter, count FROM source_account WHERE day >= ? AND day <= ?"
        " ORDER BY source, day",
        first_day, last_day
    );
    std::vector<SourceDay> days;
    while (query.next()) {
        const auto day = static_cast<std::int32_t>(query.integer(1));
        if (days.empty() || days.back().source != query.text(0) || days.back().day != day) {
            days.push_back({query.text(0), day, {}});
        }
        setCounter(days.back().account, query.text(2), query.unsignedInteger(3));
    }
    return days;
}

std::optional<KeptAnswer> Lookups::findKeptAnswer(
    base::BytesView key_digest, base::BytesView body_digest
) {
    const auto key = digests_.answerKey(key_digest);
    Query query(database_, "SELECT body_mac, answer FROM kept_answer WHERE key_mac = ?", Blob{key});
    if (!query.next()) return std::nullopt;
    return KeptAnswer{
        base::equalConstantTime(query.bytes(0), digests_.answerBody(body_digest)), query.text(1)};
}

std::optional<std::uint64_t> Lookups::unfinishedFrom(Seq message_seq) {
    Query query(database_, "SELECT next_item FROM unfinished WHERE message_seq = ?", message_seq);
    if (!query.next()) return std::nullopt;
    return query.unsignedInteger(0);
}

std::vector<Seq> Lookups::carriers(const std::string& ticket_no) {
    Query query(database_, "SELECT message_seq FROM carrier WHERE ticket_no = ?", ticket_no);
    std::vector<Seq> seqs;
    while (query.next()) seqs.push_back(query.unsignedInteger(0));
    return seqs;
}

base::Result<std::uint64_t> SqliteTransaction::addQuarantine(const QuarantineRow& row) {
    YHT_ASSERT(row.state == kQuarantineOpen);
    const auto mac = context_.lookups.digests().item(row.source, row.item_digest);
    change(
        context_.database,
        "INSERT INTO quarantine (message_seq, source, reason, detail_json, since_ms, state, "
        "item_index, place, raw_offset, raw_bytes, item_mac, fingerprint, content_type, "
        "adapter_version, decision_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        row.message_seq, row.source, row.reason, row.detail_json, row.since_ms, row.state,
        row.item_index, row.place, row.raw_offset, row.raw_bytes, Blob{mac}, row.fingerprint,
        row.content_type, row.adapter_version
    );
    Query id(context_.database, "SELECT last_insert_rowid()");
    id.next();
    return id.unsignedInteger(0);
}

base::Status SqliteTransaction::closeQuarantine(
    std::uint64_t id, const std::string& state, Seq decision_seq
) {
    const int closed = change(
        context_.database,
        "UPDATE quarantine SET state = ?, decision_seq = ? WHERE id = ? AND state = 'open'", state,
        decision_seq, id
    );
    return closed == 1 ? base::Status() : notOpen(id);
}

base::Status SqliteTransaction::renewQuarantine(const QuarantineRow& row) {
    const int renewed = change(
        context_.database,
        "UPDATE quarantine SET reason = ?, detail_json = ?, fingerprint = ?, adapter_version = ?"
        " WHERE id = ? AND state = 'open'",
        row.reason, row.detail_json, row.fingerprint, row.adapter_version, row.id
    );
    return renewed == 1 ? base::Status() : notOpen(row.id);
}

base::Status SqliteTransaction::addSourceAccount(
    const std::string& source, std::int32_t day, const SourceAccount& account
) {
    YHT_ASSERT(account.balances());
    const auto add = [&](const std::string& counter, std::uint64_t count) {
        if (count == 0) return;
        change(
            context_.database,
            "INSERT INTO source_account (source, day, counter, count) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (source, day, counter) DO UPDATE SET count = count + excluded.count",
            source, day, counter, count
        );
    };
    for (const Counter& counter : kCounters) add(counter.name, account.*counter.member);
    for (const auto& [rule, count] : account.ignored) add(std::string(kIgnored) + rule, count);
    return {};
}

base::Status SqliteTransaction::keepAnswer(
    base::BytesView key_digest, base::BytesView body_digest, const std::string& answer
) {
    const auto key = context_.lookups.digests().answerKey(key_digest);
    const auto body = context_.lookups.digests().answerBody(body_digest);
    change(
        context_.database,
        "INSERT INTO kept_answer (key_mac, body_mac, answer) VALUES (?, ?, ?) ON CONFLICT (key_mac)"
        " DO UPDATE SET body_mac = excluded.body_mac, answer = excluded.answer",
        Blob{key}, Blob{body}, answer
    );
    return {};
}

base::Status SqliteTransaction::setUnfinished(
    Seq message_seq, std::optional<std::uint64_t> next_item
) {
    if (!next_item) {
        change(context_.database, "DELETE FROM unfinished WHERE message_seq = ?", message_seq);
        return {};
    }
    change(
        context_.database,
        "INSERT INTO unfinished (message_seq, next_item) VALUES (?, ?) ON CONFLICT (message_seq)"
        " DO UPDATE SET next_item = excluded.next_item",
        message_seq, *next_item
    );
    return {};
}

base::Status SqliteTransaction::addCarrier(const std::string& ticket_no, Seq message_seq) {
    change(
        context_.database,
        "INSERT INTO carrier (ticket_no, message_seq) VALUES (?, ?) ON CONFLICT DO NOTHING",
        ticket_no, message_seq
    );
    return {};
}

}  // namespace yht::ledger
