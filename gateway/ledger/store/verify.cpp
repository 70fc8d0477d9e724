// One pass over the leaves with a tree growing beside them; then what only exists in tables of its
// own. Statements run outside a transaction, a page of leaves at a time: a long verification must
// not pin the WAL of a running gateway, and what is committed does not change under it.
#include "gateway/ledger/store/verify.h"

#include <algorithm>
#include <set>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/archive.h"
#include "gateway/ledger/store/damage.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/sqlite_lookups.h"
#include "gateway/ledger/store/sqlite_schema.h"

namespace yht::ledger {
namespace {

constexpr Seq kPageEntries = 1000;

/// A row of the leaf table, with the sealed payload beside it.
struct StoredLeaf {
    Seq seq = 0;
    std::int64_t type = 0;
    Seq message_seq = 0;
    std::string ticket_no;
    base::Bytes leaf;
};

class Verifier {
public:
    Verifier(Database& database, LedgerKeys keys, const SqliteStoreOptions& options)
        : database_(database),
          lookups_(database, std::move(keys)),
          options_(options),
          log_key_(options.log_key->publicKey()) {}

    VerifyReport run(const std::function<void(Seq, Seq)>& progress);

private:
    std::vector<StoredLeaf> page(Seq after);
    void checkLeaf(const StoredLeaf& row);
    void checkColumns(const StoredLeaf& row, const LeafHeader& header);
    void checkPayload(const StoredLeaf& row, const Leaf& leaf);
    void checkNodes(const StoredLeaf& row);
    void checkCheckpoint(std::uint64_t size);
    void noteErasure(Seq seq, base::BytesView payload);
    void checkErasures();
    void checkArchives();
    void checkArchive(const Archive& archive);
    std::uint64_t countAway(const Archive& archive);
    void checkEpochs();
    void compareErasures();
    void checkTotals();
    std::vector<KnownIdentity> identityPage(const ticket::Identity& after);
    void checkIdentities();
    void checkIdentity(const KnownIdentity& known);
    void checkAliases();
    void checkPages();
    void differs(std::string what, std::string expected, std::string found);
    /// Of rows up to the last entry at the start; `sql` has that one parameter.
    std::uint64_t count(const char* sql);
    std::uint64_t countAll(const char* sql);

    Database& database_;
    Lookups lookups_;
    const SqliteStoreOptions& options_;
    const crypto::PublicKey log_key_;
    Seq last_ = 0;
    TreeEdge edge_;
    std::vector<Epoch> epochs_;
    std::set<Seq> erased_;             // entries without content
    std::set<Seq> ordered_;            // entries that erasure entries name
    std::set<Seq> ordered_since_;      // the same, of erasures committed since the start
    std::vector<ErasureNote> notes_;   // without their entries
    VerifyReport report_;
};

std::string named(const char* what, std::uint64_t number) {
    return std::string(what) + " " + std::to_string(number);
}

void Verifier::differs(std::string what, std::string expected, std::string found) {
    ++report_.difference_count;
    if (report_.differences.size() >= kDifferencesMax) return;
    report_.differences.push_back({std::move(what), std::move(expected), std::move(found)});
}

std::uint64_t Verifier::countAll(const char* sql) {
    Query query(database_, sql);
    return query.next() ? query.unsignedInteger(0) : 0;
}

std::uint64_t Verifier::count(const char* sql) {
    Query query(database_, sql, last_);
    return query.next() ? query.unsignedInteger(0) : 0;
}

std::vector<StoredLeaf> Verifier::page(Seq after) {
    Query query(
        database_,
        "SELECT seq, type, message_seq, ticket_no, leaf FROM leaf WHERE seq > ? AND seq <= ?"
        " ORDER BY seq LIMIT ?",
        after, last_, kPageEntries
    );
    std::vector<StoredLeaf> rows;
    while (query.next()) {
        rows.push_back(
            {query.unsignedInteger(0), query.integer(1), query.unsignedInteger(2), query.text(3),
             base::Bytes(query.bytes(4))}
        );
    }
    return rows;
}

VerifyReport Verifier::run(const std::function<void(Seq, Seq)>& progress) {
    last_ = lookups_.lastSeq();
    epochs_ = lookups_.epochs();
    Seq after = 0;
    for (auto rows = page(after); !rows.empty(); rows = page(after)) {
        for (const auto& row : rows) checkLeaf(row);
        after = rows.back().seq;
        if (progress) progress(after, last_);
    }
    checkErasures();
    checkArchives();
    checkEpochs();
    checkTotals();
    checkIdentities();
    checkAliases();
    checkPages();
    report_.root = edge_.root();
    return std::move(report_);
}

void Verifier::checkLeaf(const StoredLeaf& row) {
    const Seq expected = edge_.size() + 1;
    if (row.seq != expected) {
        // The tree can't be followed past a gap at the same indexes; each further number would
        // differ as well.
        if (report_.difference_count == 0) {
            differs("sequence number", std::to_string(expected), std::to_string(row.seq));
        }
    }
    ++report_.entries;
    const auto leaf = decodeLeaf(row.leaf);
    if (!leaf.ok()) {
        differs(named("leaf", row.seq), "a leaf", leaf.error().detail);
    } else {
        checkColumns(row, leaf->header);
        checkPayload(row, *leaf);
    }
    checkNodes(row);
    checkCheckpoint(edge_.size());
}

void Verifier::checkColumns(const StoredLeaf& row, const LeafHeader& header) {
    const auto same = [&](const char* column, const std::string& expected,
                          const std::string& found) {
        if (expected != found) differs(named("leaf", row.seq) + ": " + column, expected, found);
    };
    same("seq", std::to_string(header.seq), std::to_string(row.seq));
    same("type", std::to_string(static_cast<int>(header.type)), std::to_string(row.type));
    same("message_seq", std::to_string(header.message_seq), std::to_string(row.message_seq));
    same("ticket_no", header.ticket_no, row.ticket_no);
    if (!row.ticket_no.empty() && !lookups_.hasTicket(row.ticket_no)) {
        differs(named("leaf", row.seq) + ": ticket", row.ticket_no, "none");
    }
}

void Verifier::checkPayload(const StoredLeaf& row, const Leaf& leaf) {
    const auto entry = lookups_.entry(row.seq);
    if (!entry.ok()) {
        if (entry.error().code == base::ErrorCode::LedgerErased) {
            ++report_.erased;
            erased_.insert(row.seq);
        } else {
            differs(named("payload", row.seq), "opens", entry.error().detail);
        }
        return;
    }
    if (const auto difference = compareCommitment(leaf, entry->salt, entry->payload)) {
        differs(
            named("payload", row.seq) + ": commitment by " + difference->digest, base::toHex(difference->expected),
            base::toHex(difference->found)
        );
        return;
    }
    ++report_.payloads;
    if (leaf.header.type == EntryType::Erasure) noteErasure(row.seq, entry->payload);
}

void Verifier::noteErasure(Seq seq, base::BytesView payload) {
    auto note = decodeErasure(payload);
    if (!note.ok()) return differs(named("erasure entry", seq), "an erasure", note.error().detail);
    auto& seqs = seq <= last_ ? ordered_ : ordered_since_;
    seqs.insert(note->entries.begin(), note->entries.end());
    seqs.insert(note->messages.begin(), note->messages.end());
    note->entries.clear();
    note->messages.clear();
    notes_.push_back(*std::move(note));
}

/// What is gone was ordered to go, and what was ordered to go is gone.
void Verifier::checkErasures() {
    // Tickets are erased while we read: one view of all that is compared here.
    change(database_, "BEGIN");
    std::vector<Seq> since;
    {
        Query query(database_, "SELECT seq FROM leaf WHERE seq > ? AND type = 8", last_);
        while (query.next()) since.push_back(query.unsignedInteger(0));
    }
    for (const Seq seq : since) {
        const auto entry = lookups_.entry(seq);
        if (entry.ok()) noteErasure(seq, entry->payload);
    }
    compareErasures();
    change(database_, "COMMIT");
}

void Verifier::compareErasures() {
    for (const Seq seq : erased_) {
        if (!ordered_.contains(seq) && !ordered_since_.contains(seq)) {
            differs(named("payload", seq) + ": erased", "by an erasure entry", "by none");
        }
    }
    for (const Seq seq : ordered_) {
        if (!erased_.contains(seq)) differs(named("payload", seq), "erased", "there");
    }
    std::uint64_t names = 0;
    for (const auto& note : notes_) {
        names += note.names.size();
        if (!lookups_.isErased(note.ticket_no)) {
            differs("key of ticket " + note.ticket_no, "destroyed", "there");
        }
        for (const auto& name : note.names) {
            const auto ticket_no = lookups_.findErasedName(name.mac);
            if (ticket_no == note.ticket_no) continue;
            differs("name of erased ticket", note.ticket_no, ticket_no.value_or("none"));
        }
    }
    const auto same = [&](const char* what, std::uint64_t expected, std::uint64_t found) {
        if (expected != found) differs(what, std::to_string(expected), std::to_string(found));
    };
    same("number of destroyed keys", notes_.size(), countAll(
        "SELECT count(*) FROM ticket WHERE wrapped_key = zeroblob(length(wrapped_key))"
    ));
    same("number of erased names", names, countAll("SELECT count(*) FROM erased_name"));
}

void Verifier::checkNodes(const StoredLeaf& row) {
    std::vector<Node> completed;
    edge_.append(leafHash(row.leaf), completed);
    for (const auto& node : completed) {
        if (node.level == 0) continue;
        ++report_.nodes;
        const auto stored = lookups_.node(node.level, node.index);
        const auto found = stored.ok() ? base::toHex(*stored) : "none";
        if (found == base::toHex(node.hash)) continue;
        differs(
            "node at level " + std::to_string(node.level) + ", index " + std::to_string(node.index),
            base::toHex(node.hash), found
        );
    }
}

void Verifier::checkCheckpoint(std::uint64_t size) {
    Query query(database_, "SELECT note FROM checkpoint WHERE size = ?", size);
    if (!query.next()) return;
    ++report_.checkpoints;
    const auto checkpoint = openCheckpoint(query.text(0), options_.key_name, log_key_);
    if (!checkpoint.ok()) {
        differs(named("checkpoint", size), "verifies", checkpoint.error().detail);
        return;
    }
    const auto what = named("checkpoint", size);
    if (checkpoint->size != size) {
        differs(what + ": size", std::to_string(size), std::to_string(checkpoint->size));
    }
    const auto& origin = epochOf(epochs_, size).origin;
    if (checkpoint->origin != origin) differs(what + ": origin", origin, checkpoint->origin);
    const auto root = edge_.root();
    if (checkpoint->root != root) {
        differs(what + ": root", base::toHex(root), base::toHex(checkpoint->root));
    }
}

/// Rows that belong to nothing, and a tail that no checkpoint covers.
void Verifier::checkTotals() {
    const auto same = [&](const char* what, std::uint64_t expected, std::uint64_t found) {
        if (expected != found) differs(what, std::to_string(expected), std::to_string(found));
    };
    same(
        "number of nodes", report_.nodes,
        count("SELECT count(*) FROM node WHERE size <= ?")
    );
    same(
        "number of checkpoints", report_.checkpoints,
        count("SELECT count(*) FROM checkpoint WHERE size <= ?")
    );
    same(
        "entries covered by the last checkpoint", last_,
        count("SELECT coalesce(max(size), 0) FROM checkpoint WHERE size <= ?")
    );
}

/// Each file is there, whole, and the one that its entry names; what is not in the database is in one of them.
void Verifier::checkArchives() {
    for (const auto& archive : lookups_.archives()) {
        if (archive.entry_seq <= last_) checkArchive(archive);
    }
    // Rows leave for a file while we read: one view of all that is compared here.
    change(database_, "BEGIN");
    std::uint64_t away = 0;
    for (const auto& archive : lookups_.archives()) away += countAway(archive);
    const auto stored = count("SELECT count(*) FROM payload WHERE seq <= ?");
    if (stored + away != report_.entries) {
        differs("number of payloads", std::to_string(report_.entries - away), std::to_string(stored));
    }
    change(database_, "COMMIT");
}

void Verifier::checkArchive(const Archive& archive) {
    const auto what = "archive " + archive.file;
    const auto entry = lookups_.entry(archive.entry_seq);
    auto said = entry.ok() ? decodeArchive(entry->payload) : std::nullopt;
    if (said) {
        said->id = archive.id;
        said->entry_seq = archive.entry_seq;
        said->removed = archive.removed;
    }
    if (said != archive) differs(what, "as entry " + std::to_string(archive.entry_seq) + " says", "otherwise");
    const auto file = ArchiveFile::open(archiveFolderOf(database_.path()) + "/" + archive.file);
    const auto whole = file.ok() ? (*file)->check(archive.digest) : base::Status(file.error());
    if (!whole.ok()) return differs(what, "whole", whole.error().detail);
    ++report_.archives;
    if ((*file)->rows() != archive.entries) {
        differs(what + ": entries", std::to_string(archive.entries), std::to_string((*file)->rows()));
    }
}

/// How many of the file's entries the database has no row of.
std::uint64_t Verifier::countAway(const Archive& archive) {
    if (archive.removed) return archive.entries;
    const auto file = ArchiveFile::open(archiveFolderOf(database_.path()) + "/" + archive.file);
    if (!file.ok()) return 0;  // said before
    const auto seqs = (*file)->seqs();
    if (!seqs.ok()) return 0;
    return static_cast<std::uint64_t>(std::count_if(seqs->begin(), seqs->end(), [&](Seq seq) {
        return !Query(database_, "SELECT 1 FROM payload WHERE seq = ?", seq).next();
    }));
}

/// Each epoch but the first is what its first entry says.
void Verifier::checkEpochs() {
    for (std::size_t i = 1; i < epochs_.size(); ++i) {
        if (epochs_[i].after >= last_) continue;  // begun since
        const auto what = named("epoch", epochs_[i].number);
        const auto entry = lookups_.entry(epochs_[i].after + 1);
        const auto note = entry.ok() ? decodeEpoch(entry->payload) : entry.error();
        if (!note.ok()) {
            differs(what, "an entry that begins it", note.error().detail);
            continue;
        }
        if (epochs_[i] != note->epoch || note->former_origin != epochs_[i - 1].origin) {
            differs(what, note->epoch.origin, epochs_[i].origin);
        }
    }
}

std::vector<KnownIdentity> Verifier::identityPage(const ticket::Identity& after) {
    const auto version = encodeVersion(after.version);
    Query query(
        database_,
        "SELECT source, kind, record_ref, version, correction, seq, body_mac, ticket_no FROM "
        "identity"
        " WHERE (source, kind, record_ref, version, correction) > (?, ?, ?, ?, ?)"
        " ORDER BY source, kind, record_ref, version, correction LIMIT ?",
        after.source, static_cast<int>(after.kind), after.record_ref, Blob{version},
        after.correction, kPageEntries
    );
    std::vector<KnownIdentity> rows;
    while (query.next()) rows.push_back(readIdentity(query));
    return rows;
}

void Verifier::checkIdentities() {
    // Before every key: no source is named by less than the empty text, no kind is 0.
    ticket::Identity after{"", static_cast<ticket::Kind>(0), "", 0, 0};
    for (auto rows = identityPage(after); !rows.empty(); rows = identityPage(after)) {
        for (const auto& known : rows) {
            if (known.seq > last_) continue;  // committed since
            ++report_.identities;
            checkIdentity(known);
        }
        after = rows.back().identity;
    }
}

void Verifier::checkIdentity(const KnownIdentity& known) {
    const auto what = named("identity of entry", known.seq);
    const auto leaf = lookups_.leaf(known.seq);
    if (!leaf.ok()) return differs(what, "a leaf", leaf.error().detail);
    const auto& header = leaf->header;
    if (header.type != EntryType::Record) differs(what, "record", entryTypeName(header.type));
    if (header.source != known.identity.source) {
        differs(what + ": source", header.source, known.identity.source);
    }
    const auto kind = static_cast<std::uint8_t>(known.identity.kind);
    if (header.kind != kind) {
        differs(what + ": kind", std::to_string(header.kind), std::to_string(kind));
    }
    if (header.ticket_no != known.ticket_no) {
        differs(what + ": ticket_no", header.ticket_no, known.ticket_no);
    }
    const auto entry = lookups_.entry(known.seq);
    if (!entry.ok()) return;  // erased, or reported with its payload
    const auto digest = crypto::sha256(entry->payload);
    if (lookups_.sameBody(known, digest)) return;
    differs(
        what + ": keyed digest", base::toHex(lookups_.digests().body(digest)),
        base::toHex(known.body_mac)
    );
}

/// Names that lead to tickets which are not there.
void Verifier::checkAliases() {
    Query query(
        database_,
        "SELECT alias.ticket_no FROM alias LEFT JOIN ticket USING (ticket_no)"
        " WHERE ticket.ticket_no IS NULL"
    );
    while (query.next()) differs("alias", "a ticket", query.text(0));
}

/// Indexes say what their tables do, and every page is one of SQLite's: an index that leaves a row out would let a ticket lose
/// a record without any other table differing. A table at a time, so that none of the reads is as long as the ledger.
void Verifier::checkPages() {
    std::vector<std::string> tables;
    {
        Query query(database_, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        while (query.next()) tables.emplace_back(query.text(0));
    }
    for (const auto& table : tables) {
        Query query(database_, "SELECT integrity_check FROM pragma_integrity_check(?)", table);
        while (query.next()) {
            if (query.text(0) != "ok") differs("pages of table " + table, "ok", std::string(query.text(0)));
        }
    }
}

}  // namespace

base::Status VerifyReport::status() const {
    if (difference_count == 0) return {};
    const auto& first = differences.front();
    return base::makeError(
        base::ErrorCode::LedgerCorrupt, first.what + ": expected " + first.expected + ", found " +
                                            first.found + " (" + std::to_string(difference_count) +
                                            " differences)"
    );
}

base::Result<VerifyReport> verifyLedger(
    const SqliteStoreOptions& options, const std::function<void(Seq, Seq)>& progress
) {
    YHT_ASSERT(options.log_key.has_value() && options.kek.isUsable());
    try {
        Database database(options.path, Database::Access::Read);
        prepareReader(database);
        const LedgerNames names{
            options.origin, verifierKey(options.key_name, options.log_key->publicKey())};
        if (auto schema = checkSchema(database, names); !schema.ok()) return schema.error();
        auto keys = readKeys(database, options.kek);
        if (!keys.ok()) return std::move(keys).error();
        return Verifier(database, *std::move(keys), options).run(progress);
    } catch (const SqliteFault& fault) {
        return forOperator(fault.toError(), options.path);
    }
}

}  // namespace yht::ledger
