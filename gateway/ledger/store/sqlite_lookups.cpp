#include "gateway/ledger/store/sqlite_lookups.h"

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/call_index.h"
#include "gateway/ledger/store/phone_index.h"
#include "gateway/ledger/store/stored_edge.h"

namespace yht::ledger {
namespace {

constexpr std::size_t kVersionBytes = 8;
constexpr std::size_t kReplayTimeBytes = 8;
constexpr std::size_t kTimedReplayKeyBytes = kReplayTimeBytes + kHashBytes;

std::uint64_t decodeVersion(base::BytesView bytes) {
    base::ByteReader in(bytes);
    return in.u64();
}

base::Error notFound(Seq seq) {
    return base::makeError(base::ErrorCode::NotFound, "no entry " + std::to_string(seq));
}

std::vector<Seq> readSeqs(Query& query) {
    std::vector<Seq> seqs;
    while (query.next()) seqs.push_back(query.unsignedInteger(0));
    return seqs;
}

/// Messages signed before it may be known by their digest alone (sqlite_migrations.h, 11 → 12).
std::uint64_t plainReplayKeysUntil(Database& database) {
    Query query(database, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'plain_replay_keys_until'");
    return query.next() ? query.unsignedInteger(0) : 0;
}

}  // namespace

KnownIdentity readIdentity(const Query& query) {
    KnownIdentity known;
    known.identity.source = query.text(0);
    known.identity.kind = static_cast<ticket::Kind>(query.integer(1));
    known.identity.record_ref = query.text(2);
    known.identity.version = decodeVersion(query.bytes(3));
    known.identity.correction = static_cast<std::uint32_t>(query.integer(4));
    known.seq = query.unsignedInteger(5);
    known.body_mac = base::Bytes(query.bytes(6));
    known.ticket_no = query.text(7);
    return known;
}

base::Bytes encodeVersion(std::uint64_t version) {
    base::Bytes bytes;
    bytes.reserve(kVersionBytes);
    base::appendU64(bytes, version);
    return bytes;
}

std::optional<KnownIdentity> Lookups::findIdentity(const ticket::Identity& identity) {
    const auto version = encodeVersion(identity.version);
    Query query(
        database_,
        "SELECT source, kind, record_ref, version, correction, seq, body_mac, ticket_no FROM "
        "identity WHERE source = ?"
        " AND kind = ? AND record_ref = ? AND version = ? AND correction = ?",
        identity.source, static_cast<int>(identity.kind), identity.record_ref, Blob{version},
        identity.correction
    );
    if (!query.next()) return std::nullopt;
    return readIdentity(query);
}

std::optional<KnownIdentity> Lookups::findLatest(
    const std::string& source, ticket::Kind kind, const std::string& record_ref
) {
    Query query(
        database_,
        "SELECT source, kind, record_ref, version, correction, seq, body_mac, ticket_no FROM "
        "identity WHERE source = ?"
        " AND kind = ? AND record_ref = ? ORDER BY version DESC, correction DESC LIMIT 1",
        source, static_cast<int>(kind), record_ref
    );
    if (query.next()) return readIdentity(query);
    if (!anyErased()) return std::nullopt;
    auto ticket_no =
        findErasedName(digests_.record(source, static_cast<std::uint8_t>(kind), record_ref));
    if (!ticket_no) return std::nullopt;
    KnownIdentity known;
    known.identity = {source, kind, record_ref, 0, 0};
    known.ticket_no = *std::move(ticket_no);
    known.erased = true;
    return known;
}

bool Lookups::sameBody(const KnownIdentity& known, base::BytesView body_digest) const {
    return base::equalConstantTime(known.body_mac, digests_.body(body_digest));
}

std::optional<std::string> Lookups::findTicket(
    const std::string& party, const std::string& number
) {
    Query query(
        database_, "SELECT ticket_no FROM alias WHERE party = ? AND number = ?", party, number
    );
    if (query.next()) return query.text(0);
    if (!anyErased()) return std::nullopt;
    return findErasedName(digests_.alias(party, number));
}

/// Spares the ledgers without erasures a digest at every name that is new.
bool Lookups::anyErased() {
    return Query(database_, "SELECT 1 FROM erased_name LIMIT 1").next();
}

std::optional<std::string> Lookups::findErasedName(base::BytesView mac) {
    Query query(database_, "SELECT ticket_no FROM erased_name WHERE mac = ?", Blob{mac});
    if (!query.next()) return std::nullopt;
    return query.text(0);
}

std::vector<std::string> Lookups::ticketNumbers(std::size_t limit) {
    Query query(database_, "SELECT ticket_no FROM ticket ORDER BY ticket_no DESC LIMIT ?", limit);
    std::vector<std::string> numbers;
    while (query.next()) numbers.push_back(query.text(0));
    return numbers;
}

std::vector<Alias> Lookups::aliases(const std::string& ticket_no) {
    Query query(
        database_, "SELECT party, number FROM alias WHERE ticket_no = ? ORDER BY party, number",
        ticket_no
    );
    std::vector<Alias> found;
    while (query.next()) found.push_back({query.text(0), query.text(1), ticket_no});
    if (!found.empty()) return found;
    Query erased(
        database_,
        "SELECT party FROM erased_name WHERE ticket_no = ? AND party <> '' ORDER BY party",
        ticket_no
    );
    while (erased.next()) found.push_back({erased.text(0), "", ticket_no});
    return found;
}

std::vector<AttachmentName> Lookups::attachmentNames(
    const std::string& digest, std::size_t limit
) {
    const auto mac = digests_.attachment(digest);
    Query query(
        database_, "SELECT seq, ticket_no FROM attachment WHERE mac = ? ORDER BY seq LIMIT ?",
        Blob{mac}, limit
    );
    std::vector<AttachmentName> names;
    while (query.next()) names.push_back({query.unsignedInteger(0), query.text(1)});
    return names;
}

bool Lookups::namesAttachments(Seq seq) {
    return Query(database_, "SELECT 1 FROM attachment WHERE seq = ? LIMIT 1", seq).next();
}

std::vector<PhoneName> Lookups::phoneNames(base::BytesView mac, Seq after, std::size_t limit) {
    return ledger::phoneNames(database_, mac, after, limit);
}

std::vector<std::string> Lookups::ticketsNamingCall(const CallName& call, std::size_t limit) {
    return ledger::ticketsNamingCall(database_, digests_, call, limit);
}

bool Lookups::hasTicket(const std::string& ticket_no) {
    return Query(database_, "SELECT 1 FROM ticket WHERE ticket_no = ?", ticket_no).next();
}

bool Lookups::isErased(const std::string& ticket_no) {
    Query query(database_, "SELECT wrapped_key FROM ticket WHERE ticket_no = ?", ticket_no);
    return query.next() && isOverwritten(query.bytes(0));
}

std::optional<Seq> Lookups::findReplay(base::BytesView key) {
    const auto find = [&](base::BytesView wanted) -> std::optional<Seq> {
        Query query(database_, "SELECT message_seq FROM replay WHERE replay_key = ?", Blob{wanted});
        if (!query.next()) return std::nullopt;
        return query.unsignedInteger(0);
    };
    const auto found = find(key);
    if (found || key.size() != kTimedReplayKeyBytes) return found;
    if (!plain_replay_until_s_) plain_replay_until_s_ = plainReplayKeysUntil(database_);
    const auto seconds = base::ByteReader(key).u64();
    return seconds < *plain_replay_until_s_ ? find(key.substr(kReplayTimeBytes)) : std::nullopt;
}

std::vector<Seq> Lookups::ticketEntries(const std::string& ticket_no) {
    // The second condition repeats the index's own, or SQLite would not use it for an unknown
    // parameter.
    Query query(
        database_, "SELECT seq FROM leaf WHERE ticket_no = ? AND ticket_no <> '' ORDER BY seq",
        ticket_no
    );
    return readSeqs(query);
}

std::optional<Seq> Lookups::firstEntry(const std::string& ticket_no) {
    if (ticket_no.empty()) return std::nullopt;
    Query query(
        database_,
        "SELECT seq FROM leaf INDEXED BY leaf_by_ticket WHERE ticket_no = ? AND ticket_no <> '' ORDER BY seq LIMIT 1",
        ticket_no
    );
    if (!query.next()) return std::nullopt;
    return query.unsignedInteger(0);
}

std::vector<Seq> Lookups::messageEntries(Seq message_seq) {
    Query query(
        database_, "SELECT seq FROM leaf WHERE message_seq = ? AND type = 2 ORDER BY seq",
        message_seq
    );
    return readSeqs(query);
}

base::Result<base::Bytes> Lookups::ticketKey(const std::string& ticket_no) {
    Query query(database_, "SELECT wrapped_key FROM ticket WHERE ticket_no = ?", ticket_no);
    if (!query.next()) {
        return base::makeError(base::ErrorCode::NotFound, "no ticket " + ticket_no);
    }
    if (isOverwritten(query.bytes(0)))
        return base::makeError(base::ErrorCode::LedgerErased, "ticket " + ticket_no);
    return unwrapKey(kek_, ticket_no, query.bytes(0));
}

base::Result<base::Bytes> Lookups::dataKey(Seq seq, const std::string& ticket_no) {
    Query own(database_, "SELECT wrapped_key FROM entry_key WHERE seq = ?", seq);
    if (own.next()) {
        if (isOverwritten(own.bytes(0))) {
            return base::makeError(base::ErrorCode::LedgerErased, "entry " + std::to_string(seq));
        }
        return unwrapKey(kek_, entryKeyOwner(seq), own.bytes(0));
    }
    auto key = ticketKey(ticket_no);
    if (key.ok() || key.error().code != base::ErrorCode::NotFound) return key;
    return base::makeError(base::ErrorCode::LedgerCorrupt, "entry " + std::to_string(seq) + " has no key");
}

base::Result<Entry> Lookups::entry(Seq seq) {
    Entry entry;
    auto leaf_bytes = leafBytes(seq);
    if (!leaf_bytes.ok()) return leaf_bytes.error();
    entry.leaf = *std::move(leaf_bytes);
    auto decoded = decodeLeaf(entry.leaf);
    if (!decoded.ok()) return decoded.error();
    entry.header = std::move(decoded->header);
    const auto key = dataKey(seq, entry.header.ticket_no);
    if (!key.ok()) return key.error();
    std::string archive_path;
    auto sealed = sealedPayload(seq);
    if (!sealed) {
        auto archived = archivedPayload(seq, decoded->sha256Commitment());
        if (!archived.ok()) return archived.error();
        sealed = std::move(archived->sealed);
        archive_path = std::move(archived->path);
    }
    if (isOverwritten(*sealed)) {
        return base::makeError(base::ErrorCode::LedgerErased, "entry " + std::to_string(seq));
    }
    auto opened = openPayload(*key, leafHash(entry.leaf), *sealed);
    if (!opened.ok()) {
        if (archive_path.empty()) return opened.error();
        return archiveUnreadable(archive_path, "entry " + std::to_string(seq) + " does not open");
    }
    entry.salt = std::move(opened->salt);
    entry.payload = std::move(opened->payload);
    return entry;
}

base::Result<base::Bytes> Lookups::leafBytes(Seq seq) {
    Query query(database_, "SELECT leaf FROM leaf WHERE seq = ?", seq);
    if (!query.next()) return notFound(seq);
    return base::Bytes(query.bytes(0));
}

base::Result<Leaf> Lookups::leaf(Seq seq) {
    auto bytes = leafBytes(seq);
    if (!bytes.ok()) return bytes.error();
    return decodeLeaf(*bytes);
}

std::vector<LeafHeader> Lookups::scan(Seq after, std::size_t limit) {
    Query query(
        database_, "SELECT leaf FROM leaf WHERE seq > ? ORDER BY seq LIMIT ?", after, limit
    );
    std::vector<LeafHeader> headers;
    while (query.next()) {
        auto leaf = decodeLeaf(query.bytes(0));
        // A reader can't be given a gap where an entry stands; see View about look-ups that have no
        // answer.
        if (!leaf.ok()) throw SqliteFault::unreadable(leaf.error().detail);
        headers.push_back(std::move(leaf->header));
    }
    return headers;
}

Seq Lookups::lastSeq() {
    Query query(database_, "SELECT max(seq) FROM leaf");
    return query.next() ? query.unsignedInteger(0) : 0;
}

Seq Lookups::cursor(const std::string& name) {
    Query query(database_, "SELECT seq FROM cursor WHERE name = ?", name);
    return query.next() ? query.unsignedInteger(0) : 0;
}

std::vector<Epoch> Lookups::epochs() {
    Query query(
        database_, "SELECT number, after, origin, serial_day, serial_floor FROM epoch ORDER BY number"
    );
    std::vector<Epoch> epochs;
    while (query.next()) {
        epochs.push_back(
            {static_cast<std::uint32_t>(query.integer(0)), query.unsignedInteger(1), query.text(2),
             static_cast<std::int32_t>(query.integer(3)),
             static_cast<std::uint32_t>(query.integer(4))}
        );
    }
    if (epochs.empty()) throw SqliteFault::unreadable("there is no epoch");
    return epochs;
}

base::Result<base::Bytes> Lookups::node(std::uint8_t level, std::uint64_t index) {
    if (level == 0) {
        auto bytes = leafBytes(index + 1);
        if (!bytes.ok()) return bytes.error();
        return leafHash(*bytes);
    }
    Query query(database_, "SELECT hash FROM node WHERE size = ? AND level = ?", completingSize(level, index), level);
    if (!query.next()) {
        return base::makeError(
            base::ErrorCode::LedgerCorrupt,
            "no node at level " + std::to_string(level) + ", index " + std::to_string(index)
        );
    }
    return base::Bytes(query.bytes(0));
}

std::optional<StoredCheckpoint> Lookups::checkpointCovering(std::uint64_t size) {
    Query query(
        database_, "SELECT size, note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1", size
    );
    if (!query.next()) return std::nullopt;
    return StoredCheckpoint{query.unsignedInteger(0), query.text(1)};
}

std::optional<StoredCheckpoint> Lookups::newestCheckpoint() {
    Query query(database_, "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1");
    if (!query.next()) return std::nullopt;
    return StoredCheckpoint{query.unsignedInteger(0), query.text(1)};
}

std::vector<StoredCheckpoint> Lookups::checkpoints(
    std::uint64_t after, std::uint64_t last, std::size_t limit
) {
    Query query(
        database_,
        "SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size LIMIT ?",
        after, last, limit
    );
    std::vector<StoredCheckpoint> found;
    while (query.next()) found.push_back({query.unsignedInteger(0), query.text(1)});
    return found;
}

}  // namespace yht::ledger
