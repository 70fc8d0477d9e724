-- The tables as schema version 1 made them. A fixture: ledgers of that time look like this; never edit it.
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
    sealed  BLOB NOT NULL,            -- AES-256-GCM of salt and payload, bound to the leaf's hash
    own_key BLOB                      -- wrapped by the KEK; NULL: under the ticket's key
);

CREATE TABLE node (                   -- complete subtrees above the leaves; level 0 is the leaf table
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) WITHOUT ROWID;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
);

CREATE TABLE identity (
    source      TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    record_ref  TEXT NOT NULL,
    version     BLOB NOT NULL,        -- eight octets, big-endian: keeps the order of a u64
    correction  INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    body_digest BLOB NOT NULL,
    ticket_no   TEXT NOT NULL,
    PRIMARY KEY (source, kind, record_ref, version, correction)
) WITHOUT ROWID;

CREATE TABLE ticket (
    ticket_no   TEXT PRIMARY KEY,
    wrapped_key BLOB                  -- NULL: destroyed by an erasure
) WITHOUT ROWID;

CREATE TABLE alias (
    party     TEXT NOT NULL,
    number    TEXT NOT NULL,
    ticket_no TEXT NOT NULL,
    PRIMARY KEY (party, number)
) WITHOUT ROWID;
CREATE INDEX alias_by_ticket ON alias (ticket_no);

CREATE TABLE serial (                 -- the last number given out
    region TEXT PRIMARY KEY,
    day    INTEGER NOT NULL,
    serial INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE replay (
    replay_key  BLOB PRIMARY KEY,
    message_seq INTEGER NOT NULL
) WITHOUT ROWID;

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
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    message_seq INTEGER NOT NULL,
    source      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    detail_json TEXT NOT NULL,
    since_ms    INTEGER NOT NULL,
    state       TEXT NOT NULL
);
PRAGMA user_version = 1;
