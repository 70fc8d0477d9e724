#include "gateway/ledger/store/rebuild.h"

#include <algorithm>
#include <filesystem>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/ledger_files.h"
#include "gateway/ledger/store/call_index.h"
#include "gateway/ledger/store/phone_index.h"
#include "gateway/ledger/store/stored_edge.h"
#include "gateway/ledger/store/sqlite_lookups.h"
#include "gateway/ledger/store/sqlite_schema.h"
#include "gateway/ticket/phone_number.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ledger {
namespace {

constexpr Seq kPageEntries = 1000;

/// The tables' rows in the order of their keys; what is compared before and after.
struct TableRow {
    const char* name;
    const char* rows;  // every column, quoted, in one text
};
constexpr TableRow kDerived[] = {
    {"node", "SELECT size || '|' || level || '|' || hex(hash) FROM node ORDER BY size, level"},
    {"identity",
     "SELECT quote(source) || kind || quote(record_ref) || hex(version) || '|' || correction || "
     "'|' ||"
     " seq || '|' || hex(body_mac) || quote(ticket_no) FROM identity"
     " ORDER BY source, kind, record_ref, version, correction"},
    {"erased_name",
     "SELECT hex(mac) || quote(party) || quote(ticket_no) FROM erased_name ORDER BY mac"},
    {"alias",
     "SELECT quote(party) || quote(number) || quote(ticket_no) FROM alias ORDER BY party, number"},
    {"attachment",
     "SELECT hex(mac) || '|' || seq || quote(ticket_no) FROM attachment ORDER BY mac, seq"},
    {"phone", "SELECT hex(mac) || '|' || seq || quote(ticket_no) FROM phone ORDER BY mac, seq"},
    {"named_call", "SELECT hex(mac) || quote(ticket_no) FROM named_call ORDER BY mac, ticket_no"},
    {"replay", "SELECT hex(replay_key) || '|' || message_seq FROM replay ORDER BY replay_key"},
    {"serial", "SELECT quote(region) || day || '|' || serial FROM serial ORDER BY region"},
    {"epoch",
     "SELECT number || '|' || after || quote(origin) || serial_day || '|' || serial_floor FROM "
     "epoch"
     " ORDER BY number"},
};

struct TableDigest {
    std::uint64_t rows = 0;
    base::Bytes digest;
    bool operator==(const TableDigest&) const = default;
};

base::Error corrupt(Seq seq, const std::string& why) {
    return base::makeError(
        base::ErrorCode::LedgerCorrupt, "entry " + std::to_string(seq) + ": " + why
    );
}

class Rebuilder {
public:
    Rebuilder(Database& database, LedgerKeys keys, const SqliteStoreOptions& options, const EntryReaders& readers)
        : database_(database),
          lookups_(database, std::move(keys)),
          options_(options),
          readers_(readers) {}

    base::Result<RebuildReport> run(const std::function<void(Seq, Seq)>& progress);

private:
    bool hasTable(const char* name);
    TableDigest digestOf(const TableRow& table);
    base::Status page(Seq& after);
    base::Status rebuildEntry(Seq seq, const base::Bytes& leaf_bytes);
    void mendColumns(const LeafHeader& header);
    void addNodes(const base::Bytes& leaf_bytes);
    base::Status rebuildRecord(const Entry& entry);
    void addNames(const Entry& entry);
    base::Status rebuildErasure(const Entry& entry);
    void rebuildEpoch(const Entry& entry);
    void rebuildSerials();
    void rememberRows();
    void keepRows();
    base::Status checkRoot();

    Database& database_;
    Lookups lookups_;
    const SqliteStoreOptions& options_;
    const EntryReaders& readers_;
    TreeEdge edge_;
    std::vector<Epoch> epochs_;
    RebuildReport report_;
};

bool Rebuilder::hasTable(const char* name) {
    return Query(
               database_, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
               std::string_view(name)
    )
        .next();
}

TableDigest Rebuilder::digestOf(const TableRow& table) {
    TableDigest found;
    if (!hasTable(table.name)) return found;
    crypto::Sha256 digest;
    {
        Query query(database_, table.rows);
        for (; query.next(); ++found.rows) digest.update(query.bytes(0)).update("\n");
    }
    found.digest = digest.finish();
    return found;
}

base::Result<RebuildReport> Rebuilder::run(const std::function<void(Seq, Seq)>& progress) {
    std::vector<TableDigest> before;
    for (const auto& table : kDerived) before.push_back(digestOf(table));
    rememberRows();
    recreateDerivedTables(database_);
    const Seq last = lookups_.lastSeq();
    epochs_ = {{1, 0, options_.origin, 0, 0}};
    for (Seq after = 0; after < last;) {
        if (auto done = page(after); !done.ok()) return done.error();
        if (progress) progress(after, last);
    }
    for (const auto& epoch : epochs_) {
        change(
            database_,
            "INSERT INTO epoch (number, after, origin, serial_day, serial_floor) VALUES (?, ?, ?, "
            "?, ?)",
            epoch.number, epoch.after, epoch.origin, epoch.serial_day, epoch.serial_floor
        );
    }
    rebuildSerials();
    keepRows();
    if (auto checked = checkRoot(); !checked.ok()) return checked.error();
    report_.entries = last;
    for (std::size_t i = 0; i < std::size(kDerived); ++i) {
        const auto now = digestOf(kDerived[i]);
        report_.tables.push_back({kDerived[i].name, before[i].rows, now.rows, before[i] == now});
    }
    return std::move(report_);
}

base::Status Rebuilder::page(Seq& after) {
    std::vector<std::pair<Seq, base::Bytes>> rows;
    {
        Query query(
            database_, "SELECT seq, leaf FROM leaf WHERE seq > ? ORDER BY seq LIMIT ?", after,
            kPageEntries
        );
        while (query.next()) rows.emplace_back(query.unsignedInteger(0), query.bytes(1));
    }
    for (const auto& [seq, leaf] : rows) {
        if (seq != after + 1) return corrupt(after + 1, "its leaf is missing");
        if (auto done = rebuildEntry(seq, leaf); !done.ok()) return done;
        after = seq;
    }
    return {};
}

base::Status Rebuilder::rebuildEntry(Seq seq, const base::Bytes& leaf_bytes) {
    const auto leaf = decodeLeaf(leaf_bytes);
    if (!leaf.ok()) return corrupt(seq, leaf.error().detail);
    if (leaf->header.seq != seq) return corrupt(seq, "its leaf is another's");
    mendColumns(leaf->header);
    addNodes(leaf_bytes);
    const auto entry = lookups_.entry(seq);
    if (!entry.ok()) {
        if (entry.error().code == base::ErrorCode::LedgerErased) return {};
        return entry.error();
    }
    switch (entry->header.type) {
        case EntryType::Record:
            return rebuildRecord(*entry);
        case EntryType::Outcome:
            addNames(*entry);
            return {};
        case EntryType::Erasure:
            return rebuildErasure(*entry);
        case EntryType::Audit:
            rebuildEpoch(*entry);
            return {};
        case EntryType::Message:
            if (const auto key = readers_.replay_key(*entry)) {
                change(
                    database_,
                    "INSERT INTO replay (replay_key, message_seq) VALUES (?, ?) ON CONFLICT DO "
                    "NOTHING",
                    Blob{*key}, seq
                );
            }
            return {};
        case EntryType::Decision:
        case EntryType::Key:
        case EntryType::Config:
            return {};
    }
    YHT_ASSERT(false);
}

void Rebuilder::mendColumns(const LeafHeader& header) {
    report_.mended_leaf_rows += static_cast<std::uint64_t>(change(
        database_,
        "UPDATE leaf SET type = ?2, message_seq = ?3, ticket_no = ?4 WHERE seq = ?1"
        " AND (type <> ?2 OR message_seq <> ?3 OR ticket_no <> ?4)",
        header.seq, static_cast<int>(header.type), header.message_seq, header.ticket_no
    ));
}

void Rebuilder::addNodes(const base::Bytes& leaf_bytes) {
    std::vector<Node> completed;
    edge_.append(leafHash(leaf_bytes), completed);
    for (const auto& node : completed) {
        if (node.level == 0) continue;
        storeNode(database_, node);
    }
}

/// As admission gave it (intake/admission/decide.h, rules 4 and 5).
base::Status Rebuilder::rebuildRecord(const Entry& entry) {
    const Seq seq = entry.header.seq;
    const auto record = ticket::fromCanonicalText(entry.payload);
    if (!record.ok()) return corrupt(seq, "it is no canonical record");
    auto identity = record->identity();
    const auto latest = lookups_.findLatest(identity.source, identity.kind, identity.record_ref);
    if (record->versionOrigin() == ticket::VersionOrigin::Latest) {
        const std::uint64_t newest = latest ? latest->identity.version : 0;
        identity.version = identity.correction > 0 && latest ? newest : newest + 1;
    }
    const auto version = encodeVersion(identity.version);
    const auto mac = lookups_.digests().body(crypto::sha256(entry.payload));
    const int added = change(
        database_,
        "INSERT INTO identity (source, kind, record_ref, version, correction, seq, body_mac, "
        "ticket_no)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        identity.source, static_cast<int>(identity.kind), identity.record_ref, Blob{version},
        identity.correction, seq, Blob{mac}, entry.header.ticket_no
    );
    if (added == 0) return corrupt(seq, "another entry has its identity");
    const auto order = [](const ticket::Identity& each) {
        return std::pair(each.version, each.correction);
    };
    if (!latest || order(identity) > order(latest->identity)) addNames(entry);
    for (const auto& digest : ticket::namedAttachments(*record)) {
        const auto named = lookups_.digests().attachment(digest);
        change(
            database_, "INSERT INTO attachment (mac, seq, ticket_no) VALUES (?, ?, ?)", Blob{named},
            seq, entry.header.ticket_no
        );
    }
    for (const auto& number : ticket::namedPhones(*record)) {
        addPhone(database_, lookups_.digests(), number, {seq, entry.header.ticket_no});
    }
    const auto call = namedCall(*record);
    if (call && !entry.header.ticket_no.empty()) addNamedCall(database_, lookups_.digests(), *call, entry.header.ticket_no);
    return {};
}

/// The first to have a name keeps it, as when it was registered.
void Rebuilder::addNames(const Entry& entry) {
    const auto& ticket_no = entry.header.ticket_no;
    if (ticket_no.empty() || lookups_.isErased(ticket_no)) return;
    for (const auto& name : readers_.names(entry)) {
        change(
            database_,
            "INSERT INTO alias (party, number, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            name.party, name.number, ticket_no
        );
    }
}

base::Status Rebuilder::rebuildErasure(const Entry& entry) {
    const auto note = decodeErasure(entry.payload);
    if (!note.ok()) return note.error();
    for (const auto& name : note->names) {
        change(
            database_,
            "INSERT INTO erased_name (mac, party, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO "
            "NOTHING",
            Blob{name.mac}, name.party, note->ticket_no
        );
    }
    return {};
}

void Rebuilder::rebuildEpoch(const Entry& entry) {
    auto note = decodeEpoch(entry.payload);
    if (!note.ok()) return;  // another kind of audit entry
    if (epochs_.size() == 1) epochs_.front().origin = note->former_origin;
    epochs_.push_back(std::move(note->epoch));
}

/// The last number of each region, of the tickets that have a key.
void Rebuilder::rebuildSerials() {
    std::vector<ticket::TicketNumber> last;
    {
        Query query(database_, "SELECT ticket_no FROM ticket");
        while (query.next()) {
            const auto number = ticket::parseTicketNumber(query.text(0));
            if (!number) continue;
            const auto found = std::find_if(last.begin(), last.end(), [&](const auto& each) {
                return each.region == number->region;
            });
            if (found == last.end()) {
                last.push_back(*number);
            } else if (std::pair(found->day, found->serial) < std::pair(number->day, number->serial)) {
                *found = *number;
            }
        }
    }
    for (const auto& number : last) {
        change(
            database_, "INSERT INTO serial (region, day, serial) VALUES (?, ?, ?)", number.region,
            number.day, number.serial
        );
    }
}

void Rebuilder::rememberRows() {
    database_.execute(
        "CREATE TEMP TABLE alias_before (party, number, ticket_no);"
        "CREATE TEMP TABLE replay_before (replay_key, message_seq)"
    );
    if (hasTable("alias"))
        database_.execute("INSERT INTO temp.alias_before SELECT * FROM main.alias");
    if (hasTable("replay"))
        database_.execute("INSERT INTO temp.replay_before SELECT * FROM main.replay");
}

/// Names of other parties, keys of erased messages (see the header): what the tables had, where
/// nothing derived stands.
void Rebuilder::keepRows() {
    change(
        database_,
        "INSERT INTO main.replay SELECT replay_key, message_seq FROM temp.replay_before JOIN "
        "entry_key"
        " ON seq = message_seq WHERE wrapped_key = zeroblob(length(wrapped_key)) ON CONFLICT DO NOTHING"
    );
    report_.kept_names = static_cast<std::uint64_t>(change(
        database_,
        "INSERT INTO main.alias SELECT party, number, ticket_no FROM temp.alias_before JOIN ticket "
        "USING (ticket_no)"
        " WHERE wrapped_key <> zeroblob(length(wrapped_key)) ON CONFLICT DO NOTHING"
    ));
    database_.execute("DROP TABLE temp.alias_before; DROP TABLE temp.replay_before");
}

base::Status Rebuilder::checkRoot() {
    const auto stored = lookups_.newestCheckpoint();
    if (!stored && edge_.size() == 0) return {};
    const auto wrong = [](const std::string& why) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "rebuilt tree: " + why);
    };
    if (!stored) return wrong("there is no checkpoint to hold it against");
    const auto checkpoint =
        openCheckpoint(stored->note, options_.key_name, options_.log_key->publicKey());
    if (!checkpoint.ok()) return checkpoint.error();
    if (checkpoint->size != edge_.size() || checkpoint->root != edge_.root()) {
        return wrong(
            "its root is " + base::toHex(edge_.root()) + " over " + std::to_string(edge_.size()) +
            " entries, the last checkpoint signs " + base::toHex(checkpoint->root) + " over " +
            std::to_string(checkpoint->size)
        );
    }
    return {};
}

}  // namespace

bool RebuildReport::same() const {
    return mended_leaf_rows == 0 &&
           std::all_of(tables.begin(), tables.end(), [](const auto& table) { return table.same; });
}

base::Result<RebuildReport> rebuildLedger(
    const SqliteStoreOptions& options, const EntryReaders& readers,
    const std::function<void(Seq, Seq)>& progress
) {
    YHT_ASSERT(options.log_key.has_value() && options.kek.isUsable());
    if (!std::filesystem::exists(options.path)) {
        return base::makePublicError(
            base::ErrorCode::NotFound, "There is no ledger yet.", "账本尚未建立。", options.path
        );
    }
    auto lock = WriterLock::take(options.path + ".lock");
    if (!lock.ok()) return lock.error();
    try {
        Database database(options.path, Database::Access::Write);
        if (auto prepared = prepareWriter(database); !prepared.ok()) return prepared.error();
        const LedgerNames names{
            options.origin, verifierKey(options.key_name, options.log_key->publicKey())};
        if (auto known = checkVersionAndKey(database, names); !known.ok()) return known.error();
        auto keys = readKeys(database, options.kek);
        if (!keys.ok()) return std::move(keys).error();
        database.execute("BEGIN IMMEDIATE");
        auto report = Rebuilder(database, *std::move(keys), options, readers).run(progress);
        if (!report.ok()) {
            database.execute("ROLLBACK");
            return report;
        }
        database.execute("COMMIT");
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return report;
    } catch (const SqliteFault& fault) {
        return fault.toError();
    }
}

}  // namespace yht::ledger
