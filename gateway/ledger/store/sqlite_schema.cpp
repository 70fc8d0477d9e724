// `leaf` and `payload` are the ledger, with the keys (also `index_key` and `kek`: ledger_keys.h), the archive files' names and the checkpoints that were signed over
// it; delivery, cursor, quarantine, source_attachment, history_held, kept_answer and unfinished are work in progress; source_account and carrier tell what
// left no entry. Every other table can be made anew
// (rebuild.h). Columns of `leaf` beside the leaf itself repeat its header for look-ups; verify
// compares them.
//
// Keys follow time where the key is ours to choose. The two hot tables carry no index but those
// that look-ups need: leaf by ticket and by message; identity has its key only.
#include "gateway/ledger/store/sqlite_schema.h"

#include "gateway/ledger/store/sqlite_migrations.h"

namespace yht::ledger {
namespace {

constexpr int kPageBytes = 8192;  // three payloads of some 2.5 KB; of 4096 each had a page to itself, and a write into the log
constexpr std::int64_t kSynchronousFull = 2;
constexpr std::int64_t kSecureDeleteOn = 1;

/// What nothing else holds.
constexpr const char* kOriginalTables = R"sql(
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE leaf (
    seq         INTEGER PRIMARY KEY,  -- 1, 2, 3 … without gaps
    type        INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    ticket_no   TEXT NOT NULL,        -- '' none
    leaf        BLOB NOT NULL
);
CREATE INDEX leaf_by_ticket ON leaf (ticket_no) WHERE ticket_no <> '';
CREATE INDEX leaf_by_message ON leaf (message_seq) WHERE type = 2;

CREATE TABLE payload (
    seq     INTEGER PRIMARY KEY,
    sealed  BLOB NOT NULL             -- salt and payload (payload_seal.h), bound to the leaf's hash; zeros: erased
);                                    -- no row: in an archive file

CREATE TABLE entry_key (              -- of entries that are not under their ticket's key; as `ticket`: only
    seq         INTEGER PRIMARY KEY,  -- appended to and overwritten in place
    wrapped_key BLOB NOT NULL         -- by the KEK; zeros: destroyed by an erasure
);

CREATE TABLE index_key (              -- what keyed digests are made with (keyed_digests.h)
    name        TEXT PRIMARY KEY,
    wrapped_key BLOB NOT NULL         -- by the KEK
) WITHOUT ROWID;

CREATE TABLE kek (                    -- what wraps any key here, and how far a rotation has come (ledger_keys.h)
    name    TEXT PRIMARY KEY,
    in_use  INTEGER NOT NULL,
    begun   INTEGER NOT NULL,
    tickets INTEGER NOT NULL,         -- ticket.id up to which all keys are under it
    entries INTEGER NOT NULL,         -- entry_key.seq likewise
    files   TEXT NOT NULL             -- the last attachment likewise
) WITHOUT ROWID;

CREATE TABLE archive (                -- files of closed months (archive.h)
    id         INTEGER PRIMARY KEY,
    file       TEXT NOT NULL,
    month      TEXT NOT NULL,
    first_seq  INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    entry_seq  INTEGER NOT NULL,
    removed    INTEGER NOT NULL       -- 0: rows of it are still in `payload`
);

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
);

CREATE TABLE ticket (                 -- only appended to and overwritten in place: no page is ever split
    id          INTEGER PRIMARY KEY,  -- or balanced, so no copy of a destroyed key stays in a gap
    ticket_no   TEXT NOT NULL,
    wrapped_key BLOB NOT NULL         -- zeros: destroyed by an erasure
);
CREATE UNIQUE INDEX ticket_by_number ON ticket (ticket_no);

CREATE TABLE cursor (
    name TEXT PRIMARY KEY,
    seq  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE delivery (               -- entries that are not finished
    destination  TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    ticket_no    TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    next_ms      INTEGER NOT NULL,
    committed_ms INTEGER NOT NULL,
    batch_id     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    PRIMARY KEY (destination, seq)
) WITHOUT ROWID;
CREATE INDEX delivery_by_state ON delivery (destination, state, seq, next_ms);
CREATE INDEX delivery_by_ticket ON delivery (destination, ticket_no, seq);

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
    item_mac        BLOB NOT NULL,    -- keyed digest of the raw item
    fingerprint     TEXT NOT NULL,
    content_type    TEXT NOT NULL,
    adapter_version TEXT NOT NULL,
    decision_seq    INTEGER NOT NULL  -- 0 while open
);
CREATE INDEX quarantine_by_item ON quarantine (source, item_mac);
CREATE INDEX quarantine_by_state ON quarantine (state, source, reason);

CREATE TABLE source_account (         -- one counter of one source on one day
    source  TEXT NOT NULL,
    day     INTEGER NOT NULL,
    counter TEXT NOT NULL,            -- 'received', …; 'ignored:' and a rule's name
    count   INTEGER NOT NULL,
    PRIMARY KEY (source, day, counter)
) WITHOUT ROWID;

CREATE TABLE kept_answer (            -- to messages that came with an Idempotency-Key
    key_mac  BLOB PRIMARY KEY,
    body_mac BLOB NOT NULL,
    answer   TEXT NOT NULL            -- '' while the message is under way
) WITHOUT ROWID;

CREATE TABLE unfinished (             -- messages of several commits whose last has not been
    message_seq INTEGER PRIMARY KEY,
    next_item   INTEGER NOT NULL
);

CREATE TABLE carrier (                -- messages that only repeat records of the ticket
    ticket_no   TEXT NOT NULL,
    message_seq INTEGER NOT NULL,
    PRIMARY KEY (ticket_no, message_seq)
) WITHOUT ROWID;

CREATE TABLE source_attachment (      -- what items brought or named and is not admitted yet
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    message_seq  INTEGER NOT NULL,
    record_seq   INTEGER NOT NULL,
    source       TEXT NOT NULL,
    ticket_no    TEXT NOT NULL,
    item_index   INTEGER NOT NULL,
    ordinal      INTEGER NOT NULL,
    record_ref   TEXT NOT NULL,       -- of the record to be
    content_type TEXT NOT NULL,       -- of the message
    state        TEXT NOT NULL,       -- 'pending', 'failed'
    attempts     INTEGER NOT NULL,
    next_ms      INTEGER NOT NULL,
    since_ms     INTEGER NOT NULL,
    reason       TEXT NOT NULL
);
CREATE INDEX source_attachment_by_state ON source_attachment (state, next_ms);
CREATE INDEX source_attachment_by_ticket ON source_attachment (ticket_no);
CREATE INDEX source_attachment_by_ref ON source_attachment (source, record_ref);

CREATE TABLE history_held (           -- records of origin=history that no destination is to have yet
    seq       INTEGER PRIMARY KEY,
    source    TEXT NOT NULL,
    ticket_no TEXT NOT NULL,
    event_ms  INTEGER NOT NULL,
    released  INTEGER NOT NULL        -- 1: to be routed
);
CREATE INDEX history_held_by_source ON history_held (source, event_ms) WHERE released = 0;
CREATE INDEX history_held_released ON history_held (seq) WHERE released = 1;
CREATE INDEX history_held_by_ticket ON history_held (ticket_no);
)sql";

/// What `yht ledger rebuild` makes anew from those (rebuild.h).
constexpr const char* kDerivedTables = R"sql(
CREATE TABLE epoch (
    number       INTEGER PRIMARY KEY,
    after        INTEGER NOT NULL,    -- checkpoints of a greater size are signed under origin
    origin       TEXT NOT NULL,
    serial_day   INTEGER NOT NULL,
    serial_floor INTEGER NOT NULL
);

CREATE TABLE node (                   -- complete subtrees above the leaves; level 0 is the leaf table
    size  INTEGER NOT NULL,           -- of the tree that it is the right edge of: each commit's stand at the end
    level INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (size, level)
) WITHOUT ROWID;

CREATE TABLE identity (
    source      TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    record_ref  TEXT NOT NULL,
    version     BLOB NOT NULL,        -- eight octets, big-endian: keeps the order of a u64
    correction  INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    body_mac    BLOB NOT NULL,        -- keyed (keyed_digests.h): confirms no guess to who has the file alone
    ticket_no   TEXT NOT NULL,
    PRIMARY KEY (source, kind, record_ref, version, correction)
) WITHOUT ROWID;

CREATE TABLE erased_name (            -- keyed digests of the numbers that erased tickets had
    mac       BLOB PRIMARY KEY,
    party     TEXT NOT NULL,          -- of an alias; '' of a record
    ticket_no TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX erased_name_by_ticket ON erased_name (ticket_no);

CREATE TABLE alias (
    party     TEXT NOT NULL,
    number    TEXT NOT NULL,
    ticket_no TEXT NOT NULL,
    PRIMARY KEY (party, number)
) WITHOUT ROWID;
CREATE INDEX alias_by_ticket ON alias (ticket_no);

CREATE TABLE attachment (             -- which records name which
    seq       INTEGER NOT NULL,
    mac       BLOB NOT NULL,          -- keyed digest of its SHA-256
    ticket_no TEXT NOT NULL,          -- '' for a stand-alone record
    PRIMARY KEY (seq, mac)
) WITHOUT ROWID;
CREATE INDEX attachment_by_mac ON attachment (mac, seq);
CREATE INDEX attachment_by_ticket ON attachment (ticket_no);

CREATE TABLE phone (                  -- which records name which number (盲索引)
    mac       BLOB NOT NULL,          -- keyed digest of it
    seq       INTEGER NOT NULL,
    ticket_no TEXT NOT NULL,          -- '' for a stand-alone record
    PRIMARY KEY (mac, seq)
) WITHOUT ROWID;
CREATE INDEX phone_by_ticket ON phone (ticket_no) WHERE ticket_no <> '';

CREATE TABLE named_call (             -- which tickets name which call (call_index.h)
    mac       BLOB NOT NULL,          -- keyed digest of it
    ticket_no TEXT NOT NULL,
    PRIMARY KEY (mac, ticket_no)
) WITHOUT ROWID;
CREATE INDEX named_call_by_ticket ON named_call (ticket_no);

CREATE TABLE serial (                 -- the last number given out
    region TEXT PRIMARY KEY,
    day    INTEGER NOT NULL,
    serial INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE replay (
    replay_key  BLOB PRIMARY KEY,     -- begins with the message's time as a rule: keys of one commit are neighbours
    message_seq INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

constexpr const char* kDropDerivedTables = R"sql(
DROP TABLE IF EXISTS epoch;
DROP TABLE IF EXISTS node;
DROP TABLE IF EXISTS identity;
DROP TABLE IF EXISTS erased_name;
DROP TABLE IF EXISTS alias;
DROP TABLE IF EXISTS attachment;
DROP TABLE IF EXISTS phone;
DROP TABLE IF EXISTS named_call;
DROP TABLE IF EXISTS serial;
DROP TABLE IF EXISTS replay;
)sql";

base::Error configInvalid(const std::string& detail) {
    return base::makeError(base::ErrorCode::ConfigInvalid, "ledger: " + detail);
}

std::int64_t pragmaInteger(Database& database, const char* sql) {
    Query query(database, sql);
    return query.next() ? query.integer(0) : -1;
}

base::Status checkName(Database& database, std::string_view name, const std::string& expected) {
    Query query(database, "SELECT value FROM meta WHERE name = ?", name);
    const std::string found = query.next() ? query.text(0) : "";
    if (found == expected) return {};
    return configInvalid(
        "its " + std::string(name) + " is \"" + found + "\", configured is \"" + expected + "\""
    );
}

base::Status checkOrigin(Database& database, const std::string& expected) {
    Query query(database, "SELECT origin FROM epoch ORDER BY number");
    std::string newest;
    while (query.next()) {
        newest = query.text(0);
        if (newest == expected) return {};
    }
    return configInvalid("its origin is \"" + newest + "\", configured is \"" + expected + "\"");
}

void create(Database& database, const LedgerNames& names, const crypto::KeyRing& kek, base::Random& random) {
    database.execute("BEGIN IMMEDIATE");
    database.execute(kOriginalTables);
    database.execute(kDerivedTables);
    database.execute(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
    constexpr const char* kInsert = "INSERT INTO meta (name, value) VALUES (?, ?)";
    change(database, kInsert, std::string_view("verifier_key"), names.verifier_key);
    change(
        database,
        "INSERT INTO epoch (number, after, origin, serial_day, serial_floor) VALUES (1, 0, ?, 0, 0)",
        names.origin
    );
    storeKeys(database, {kek.withoutFormer(), newIndexKeys(random)}, random);
    database.execute("COMMIT");
}

}  // namespace

base::Status prepareWriter(Database& database) {
    database.execute(("PRAGMA page_size = " + std::to_string(kPageBytes)).c_str());
    {
        Query query(database, "PRAGMA journal_mode = WAL");
        if (!query.next() || query.text(0) != "wal") {
            return base::makeError(
                base::ErrorCode::IoFailed, "SQLite does not enter WAL mode here"
            );
        }
    }
    // The checkpointer owns checkpoints: inside a COMMIT they would stand in every caller's way.
    database.execute(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -49152; PRAGMA secure_delete = ON"
    );
    if (pragmaInteger(database, "PRAGMA synchronous") != kSynchronousFull) {
        return base::makeError(base::ErrorCode::IoFailed, "SQLite does not keep synchronous=FULL");
    }
    // What an erasure or a migration takes away must be overwritten, not only given free.
    if (pragmaInteger(database, "PRAGMA secure_delete") != kSecureDeleteOn) {
        return base::makeError(base::ErrorCode::IoFailed, "SQLite does not keep secure_delete=ON");
    }
    return {};
}

void boundSize(Database& database, std::uint64_t bytes_max) {
    if (bytes_max == 0) return;
    const auto pages = bytes_max / static_cast<std::uint64_t>(pragmaInteger(database, "PRAGMA page_size"));
    database.execute(("PRAGMA max_page_count = " + std::to_string(pages)).c_str());
}

void prepareReader(Database& database) {
    database.execute("PRAGMA query_only = 1; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY"
    );
}

bool isMarkedRestored(Database& database) {
    return Query(database, "SELECT 1 FROM meta WHERE name = 'restored'").next();
}

base::Status createOrMigrateSchema(
    Database& database, const LedgerNames& names, const crypto::KeyRing& kek, base::Random& random
) {
    if (pragmaInteger(database, "PRAGMA user_version") == 0) {
        if (pragmaInteger(database, "SELECT count(*) FROM sqlite_schema") > 0) {
            return configInvalid("the file is a database, but no ledger");
        }
        create(database, names, kek, random);
    }
    if (auto migrated = migrate(database, kek, random); !migrated.ok()) return migrated;
    return checkSchema(database, names);
}

void recreateDerivedTables(Database& database) {
    database.execute(kDropDerivedTables);
    database.execute(kDerivedTables);
}

base::Status checkVersionAndKey(Database& database, const LedgerNames& names) {
    const auto version = pragmaInteger(database, "PRAGMA user_version");
    if (version != kSchemaVersion) {
        return configInvalid(
            "schema version " + std::to_string(version) + ", this program knows " +
            std::to_string(kSchemaVersion)
        );
    }
    if (names.verifier_key.empty()) return {};
    return checkName(database, "verifier_key", names.verifier_key);
}

base::Status checkSchema(Database& database, const LedgerNames& names) {
    if (auto known = checkVersionAndKey(database, names); !known.ok()) return known;
    return checkOrigin(database, names.origin);
}

}  // namespace yht::ledger
