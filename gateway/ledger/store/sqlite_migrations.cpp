#include "gateway/ledger/store/sqlite_migrations.h"

#include <sqlite3.h>

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/call_index.h"
#include "gateway/ledger/store/phone_index.h"
#include "gateway/ledger/store/sqlite_lookups.h"
#include "gateway/ticket/phone_number.h"
#include "gateway/ticket/record_json.h"

namespace yht::ledger {
namespace {

/// yht_body_mac(digest), for the step that needs the key.
void bodyMacFunction(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* key = static_cast<const KeyedDigests*>(sqlite3_user_data(context));
    const auto* digest = static_cast<const char*>(sqlite3_value_blob(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const auto mac = key->body({digest == nullptr ? "" : digest, size});
    sqlite3_result_blob64(context, mac.data(), mac.size(), SQLITE_TRANSIENT);
}

constexpr std::int64_t kOwnKeysSince = 10;

/// What every step may need. `keys`: of a ledger of this age.
struct Means {
    const LedgerKeys& keys;
    base::Random& random;
};

void keyIdentityDigests(Database& database, const Means& means) {
    KeyedDigests key(means.keys.index);
    const int code = sqlite3_create_function_v2(
        database.handle(), "yht_body_mac", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, &key,
        bodyMacFunction, nullptr, nullptr, nullptr
    );
    if (code != SQLITE_OK) database.fail(code);
    database.execute(R"sql(
        ALTER TABLE identity RENAME TO identity_1;
        CREATE TABLE identity (
            source     TEXT NOT NULL,
            kind       INTEGER NOT NULL,
            record_ref TEXT NOT NULL,
            version    BLOB NOT NULL,
            correction INTEGER NOT NULL,
            seq        INTEGER NOT NULL,
            body_mac   BLOB NOT NULL,
            ticket_no  TEXT NOT NULL,
            PRIMARY KEY (source, kind, record_ref, version, correction)
        ) WITHOUT ROWID;
        INSERT INTO identity SELECT source, kind, record_ref, version, correction, seq,
            yht_body_mac(body_digest), ticket_no FROM identity_1
            ORDER BY source, kind, record_ref, version, correction;
        DROP TABLE identity_1;
    )sql");
    sqlite3_create_function_v2(
        database.handle(), "yht_body_mac", 1, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr,
        nullptr
    );
}

void keepKeysInPlace(Database& database, const Means&) {
    database.execute(R"sql(
        ALTER TABLE ticket RENAME TO ticket_2;
        CREATE TABLE ticket (
            id          INTEGER PRIMARY KEY,
            ticket_no   TEXT NOT NULL,
            wrapped_key BLOB NOT NULL
        );
        INSERT INTO ticket (ticket_no, wrapped_key)
            SELECT ticket_no, coalesce(wrapped_key, zeroblob(60)) FROM ticket_2 ORDER BY ticket_no;
        DROP TABLE ticket_2;
        CREATE UNIQUE INDEX ticket_by_number ON ticket (ticket_no);
        CREATE TABLE erased_name (
            mac       BLOB PRIMARY KEY,
            party     TEXT NOT NULL,
            ticket_no TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX erased_name_by_ticket ON erased_name (ticket_no);
    )sql");
}

void countEpochs(Database& database, const Means&) {
    database.execute(R"sql(
        CREATE TABLE epoch (
            number       INTEGER PRIMARY KEY,
            after        INTEGER NOT NULL,
            origin       TEXT NOT NULL,
            serial_day   INTEGER NOT NULL,
            serial_floor INTEGER NOT NULL
        );
        INSERT INTO epoch SELECT 1, 0, value, 0, 0 FROM meta WHERE name = 'origin';
        DELETE FROM meta WHERE name = 'origin';
    )sql");
}

/// A payload as ledgers up to schema 8 keep it: an entry's own key beside it. nullopt where it can't be read.
std::optional<base::Bytes> payloadBesideKey(
    Database& database, Lookups& lookups, const crypto::KeyRing& kek, const LeafHeader& header, base::BytesView leaf
) {
    Query query(database, "SELECT sealed, own_key FROM payload WHERE seq = ?", header.seq);
    if (!query.next() || isOverwritten(query.bytes(0))) return std::nullopt;
    const auto key = query.isNull(1) ? lookups.ticketKey(header.ticket_no)
                                     : unwrapKey(kek, entryKeyOwner(header.seq), query.bytes(1));
    if (!key.ok()) return std::nullopt;
    auto opened = openPayload(*key, leafHash(leaf), query.bytes(0));
    if (!opened.ok()) return std::nullopt;
    return std::move(opened->payload);
}

void nameAttachments(Database& database, const Means& means) {
    database.execute(R"sql(
        CREATE TABLE attachment (
            seq       INTEGER NOT NULL,
            mac       BLOB NOT NULL,
            ticket_no TEXT NOT NULL,
            PRIMARY KEY (seq, mac)
        ) WITHOUT ROWID;
        CREATE INDEX attachment_by_mac ON attachment (mac, seq);
        CREATE INDEX attachment_by_ticket ON attachment (ticket_no);
    )sql");
    Lookups lookups(database, means.keys);
    Query records(database, "SELECT leaf FROM leaf WHERE type = 2 ORDER BY seq");
    while (records.next()) {
        const base::Bytes leaf(records.bytes(0));
        const auto decoded = decodeLeaf(leaf);
        if (!decoded.ok()) continue;
        const auto& header = decoded->header;
        const auto payload = payloadBesideKey(database, lookups, means.keys.kek, header, leaf);
        if (!payload) continue;  // erased, or not to be read by anybody
        const auto record = ticket::fromCanonicalText(*payload);
        if (!record.ok()) continue;
        for (const auto& digest : ticket::namedAttachments(*record)) {
            const auto mac = lookups.digests().attachment(digest);
            change(
                database, "INSERT INTO attachment (mac, seq, ticket_no) VALUES (?, ?, ?)",
                Blob{mac}, header.seq, header.ticket_no
            );
        }
    }
}

void keepSources(Database& database, const Means&) {
    database.execute(R"sql(
        ALTER TABLE quarantine RENAME TO quarantine_5;
        CREATE TABLE quarantine (
            id              INTEGER PRIMARY KEY AUTOINCREMENT,
            message_seq     INTEGER NOT NULL,
            source          TEXT NOT NULL,
            reason          TEXT NOT NULL,
            detail_json     TEXT NOT NULL,
            since_ms        INTEGER NOT NULL,
            state           TEXT NOT NULL,
            item_index      INTEGER NOT NULL,
            place           TEXT NOT NULL,
            raw_offset      INTEGER NOT NULL,
            raw_bytes       INTEGER NOT NULL,
            item_mac        BLOB NOT NULL,
            fingerprint     TEXT NOT NULL,
            content_type    TEXT NOT NULL,
            adapter_version TEXT NOT NULL,
            decision_seq    INTEGER NOT NULL
        );
        INSERT INTO quarantine SELECT id, message_seq, source, reason, detail_json, since_ms, state, 0, '', 0, 0,
            x'', reason, '', '', 0 FROM quarantine_5 ORDER BY id;
        DROP TABLE quarantine_5;
        CREATE INDEX quarantine_open ON quarantine (source, item_mac) WHERE state = 'open';
        CREATE INDEX quarantine_by_state ON quarantine (state, source, reason);

        CREATE TABLE source_account (
            source  TEXT NOT NULL,
            day     INTEGER NOT NULL,
            counter TEXT NOT NULL,
            count   INTEGER NOT NULL,
            PRIMARY KEY (source, day, counter)
        ) WITHOUT ROWID;

        CREATE TABLE kept_answer (
            key_mac  BLOB PRIMARY KEY,
            body_mac BLOB NOT NULL,
            answer   TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE unfinished (
            message_seq INTEGER PRIMARY KEY,
            next_item   INTEGER NOT NULL
        );

        CREATE TABLE carrier (
            ticket_no   TEXT NOT NULL,
            message_seq INTEGER NOT NULL,
            PRIMARY KEY (ticket_no, message_seq)
        ) WITHOUT ROWID;
    )sql");
}

/// What operators settled is looked up too, not what is open alone.
void findSettledItems(Database& database, const Means&) {
    database.execute(R"sql(
        DROP INDEX quarantine_open;
        CREATE INDEX quarantine_by_item ON quarantine (source, item_mac);
    )sql");
}

/// Rows of payloads leave the database for archive files: their keys must not stand beside them.
void keepKeysApart(Database& database, const Means&) {
    database.execute(R"sql(
        CREATE TABLE entry_key (
            seq         INTEGER PRIMARY KEY,
            wrapped_key BLOB NOT NULL
        );
        INSERT INTO entry_key SELECT seq, own_key FROM payload WHERE own_key IS NOT NULL ORDER BY seq;
        ALTER TABLE payload RENAME TO payload_8;
        CREATE TABLE payload (
            seq    INTEGER PRIMARY KEY,
            sealed BLOB NOT NULL
        );
        INSERT INTO payload SELECT seq, sealed FROM payload_8 ORDER BY seq;
        DROP TABLE payload_8;
        CREATE TABLE archive (
            id         INTEGER PRIMARY KEY,
            file       TEXT NOT NULL,
            month      TEXT NOT NULL,
            first_seq  INTEGER NOT NULL,
            last_seq   INTEGER NOT NULL,
            entries    INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            digest     BLOB NOT NULL,
            entry_seq  INTEGER NOT NULL,
            removed    INTEGER NOT NULL
        );
    )sql");
}

void keepSourceWork(Database& database, const Means&) {
    database.execute(R"sql(
        CREATE TABLE source_attachment (
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            message_seq  INTEGER NOT NULL,
            record_seq   INTEGER NOT NULL,
            source       TEXT NOT NULL,
            ticket_no    TEXT NOT NULL,
            item_index   INTEGER NOT NULL,
            ordinal      INTEGER NOT NULL,
            record_ref   TEXT NOT NULL,
            content_type TEXT NOT NULL,
            state        TEXT NOT NULL,
            attempts     INTEGER NOT NULL,
            next_ms      INTEGER NOT NULL,
            since_ms     INTEGER NOT NULL,
            reason       TEXT NOT NULL
        );
        CREATE INDEX source_attachment_by_state ON source_attachment (state, next_ms);
        CREATE INDEX source_attachment_by_ticket ON source_attachment (ticket_no);
        CREATE INDEX source_attachment_by_ref ON source_attachment (source, record_ref);
        
        CREATE TABLE history_held (
            seq       INTEGER PRIMARY KEY,
            source    TEXT NOT NULL,
            ticket_no TEXT NOT NULL,
            event_ms  INTEGER NOT NULL,
            released  INTEGER NOT NULL
        );
        CREATE INDEX history_held_by_source ON history_held (source, event_ms) WHERE released = 0;
        CREATE INDEX history_held_released ON history_held (seq) WHERE released = 1;
        CREATE INDEX history_held_by_ticket ON history_held (ticket_no);
    )sql");
}

/// All that can be read now: not what was erased, nor what stands in an archive file that is not there.
void eachRecord(Database& database, Lookups& lookups, const std::function<void(const Entry&, const ticket::Record&)>& take) {
    Query records(database, "SELECT seq FROM leaf WHERE type = 2 ORDER BY seq");
    while (records.next()) {
        const auto entry = lookups.entry(records.unsignedInteger(0));
        if (!entry.ok()) continue;
        const auto record = ticket::fromCanonicalText(entry->payload);
        if (record.ok()) take(*entry, *record);
    }
}

void keepIndexKeys(Database& database, const Means& means) {
    database.execute(R"sql(
        CREATE TABLE index_key (
            name        TEXT PRIMARY KEY,
            wrapped_key BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE kek (
            name    TEXT PRIMARY KEY,
            in_use  INTEGER NOT NULL,
            begun   INTEGER NOT NULL,
            tickets INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            files   TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE phone (
            mac       BLOB NOT NULL,
            seq       INTEGER NOT NULL,
            ticket_no TEXT NOT NULL,
            PRIMARY KEY (mac, seq)
        ) WITHOUT ROWID;
        CREATE INDEX phone_by_ticket ON phone (ticket_no) WHERE ticket_no <> '';
    )sql");
    storeKeys(database, means.keys, means.random);
    Lookups lookups(database, means.keys);
    eachRecord(database, lookups, [&](const Entry& entry, const ticket::Record& record) {
        for (const auto& number : ticket::namedPhones(record)) {
            addPhone(database, lookups.digests(), number, {entry.header.seq, entry.header.ticket_no});
        }
    });
}

void findCallsThatTicketsName(Database& database, const Means& means) {
    database.execute(R"sql(
        CREATE TABLE named_call (
            mac       BLOB NOT NULL,
            ticket_no TEXT NOT NULL,
            PRIMARY KEY (mac, ticket_no)
        ) WITHOUT ROWID;
        CREATE INDEX named_call_by_ticket ON named_call (ticket_no);
    )sql");
    Lookups lookups(database, means.keys);
    eachRecord(database, lookups, [&](const Entry& entry, const ticket::Record& record) {
        const auto call = namedCall(record);
        if (call && !entry.header.ticket_no.empty()) addNamedCall(database, lookups.digests(), *call, entry.header.ticket_no);
    });
}

/// Keys of before stay as they are: of what was signed from now on none is among them, and what was signed a good while ago is
/// refused for its time.
void keepNeighboursTogether(Database& database, const Means&) {
    database.execute(R"sql(
        ALTER TABLE node RENAME TO node_11;
        CREATE TABLE node (
            size  INTEGER NOT NULL,
            level INTEGER NOT NULL,
            hash  BLOB NOT NULL,
            PRIMARY KEY (size, level)
        ) WITHOUT ROWID;
        INSERT INTO node SELECT (idx + 1) << level, level, hash FROM node_11;
        DROP TABLE node_11;
        INSERT INTO meta (name, value)
            SELECT 'plain_replay_keys_until', CAST(strftime('%s', 'now') + 3600 AS TEXT) WHERE EXISTS (SELECT 1 FROM replay);
    )sql");
}

struct Step {
    std::int64_t from;  // gives from + 1
    void (*run)(Database& database, const Means& means);
    const char* mark;  // a PRAGMA takes no parameter
};

constexpr Step kSteps[] = {
    {1, keyIdentityDigests, "PRAGMA user_version = 2"},
    {2, keepKeysInPlace, "PRAGMA user_version = 3"},
    {3, countEpochs, "PRAGMA user_version = 4"},
    {4, nameAttachments, "PRAGMA user_version = 5"},
    {5, keepSources, "PRAGMA user_version = 6"},
    {6, findSettledItems, "PRAGMA user_version = 7"},
    {7, keepSourceWork, "PRAGMA user_version = 8"},
    {8, keepKeysApart, "PRAGMA user_version = 9"},
    {9, keepIndexKeys, "PRAGMA user_version = 10"},
    {10, findCallsThatTicketsName, "PRAGMA user_version = 11"},
    {11, keepNeighboursTogether, "PRAGMA user_version = 12"},
};

std::int64_t versionOf(Database& database) {
    Query query(database, "PRAGMA user_version");
    return query.next() ? query.integer(0) : 0;
}

/// Its own, once it keeps them.
base::Result<LedgerKeys> keysOf(Database& database, const crypto::KeyRing& kek, base::Random& random) {
    if (versionOf(database) >= kOwnKeysSince) return readKeys(database, kek);
    auto found = findFormerKek(database, kek);
    if (!found.ok()) return std::move(found).error();
    auto index = indexKeysOf(*found, random);
    return LedgerKeys{*std::move(found), std::move(index)};
}

void runStep(Database& database, const Means& means, const Step& step) {
    database.execute("BEGIN IMMEDIATE");
    try {
        step.run(database, means);
        database.execute(step.mark);
        database.execute("COMMIT");
    } catch (const SqliteFault&) {
        if (database.inTransaction()) database.execute("ROLLBACK");
        throw;
    }
}

}  // namespace

base::Status migrate(Database& database, const crypto::KeyRing& kek, base::Random& random) {
    const auto version = versionOf(database);
    if (version == 0 || version >= kSchemaVersion) return {};  // no ledger, ours, or newer: checkSchema() tells
    for (const auto& step : kSteps) {
        if (versionOf(database) != step.from) continue;
        const auto keys = keysOf(database, kek, random);
        if (!keys.ok()) return keys.error();
        runStep(database, {*keys, random}, step);
    }
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return {};
}

}  // namespace yht::ledger
