// Archive files in the tables: which there are, what is read from them, what leaves the database for them.
#include "gateway/ledger/store/sqlite_lookups.h"
#include "gateway/ledger/store/sqlite_transaction.h"

namespace yht::ledger {
namespace {

constexpr std::size_t kOpenArchiveFilesMax = 16;  // of one connection

std::uint64_t pragmaNumber(Database& database, const char* sql) {
    Query query(database, sql);
    return query.next() ? query.unsignedInteger(0) : 0;
}

}  // namespace

std::vector<Archive> Lookups::archives() {
    Query query(
        database_,
        "SELECT id, file, month, first_seq, last_seq, entries, size_bytes, digest, entry_seq, removed FROM archive"
        " ORDER BY id"
    );
    std::vector<Archive> found;
    while (query.next()) {
        found.push_back(
            {query.unsignedInteger(0), query.text(1), query.text(2), query.unsignedInteger(3), query.unsignedInteger(4),
             query.unsignedInteger(5), query.unsignedInteger(6), base::Bytes(query.bytes(7)), query.unsignedInteger(8),
             query.integer(9) != 0}
        );
    }
    return found;
}

std::vector<LeafHeader> Lookups::scanStored(Seq after, std::size_t limit) {
    Query query(
        database_,
        "SELECT leaf.leaf FROM payload JOIN leaf USING (seq) WHERE payload.seq > ? ORDER BY payload.seq LIMIT ?", after,
        limit
    );
    std::vector<LeafHeader> headers;
    while (query.next()) {
        auto leaf = decodeLeaf(query.bytes(0));
        if (!leaf.ok()) throw SqliteFault::unreadable(leaf.error().detail);
        headers.push_back(std::move(leaf->header));
    }
    return headers;
}

std::optional<base::Bytes> Lookups::sealedPayload(Seq seq) {
    Query query(database_, "SELECT sealed FROM payload WHERE seq = ?", seq);
    if (!query.next()) return std::nullopt;
    return base::Bytes(query.bytes(0));
}

std::vector<Seq> Lookups::messagesInWork() {
    Query query(
        database_,
        "SELECT message_seq FROM quarantine WHERE state = 'open' UNION SELECT message_seq FROM unfinished"
        " ORDER BY message_seq"
    );
    std::vector<Seq> found;
    while (query.next()) found.push_back(query.unsignedInteger(0));
    return found;
}

DatabaseSpace Lookups::space() {
    const auto page_bytes = pragmaNumber(database_, "PRAGMA page_size");
    return {
        pragmaNumber(database_, "PRAGMA page_count") * page_bytes,
        pragmaNumber(database_, "PRAGMA freelist_count") * page_bytes
    };
}

base::Result<const ArchiveFile*> Lookups::archiveFile(const std::string& name) {
    const auto known = archive_files_.find(name);
    if (known != archive_files_.end()) return known->second.get();
    auto opened = ArchiveFile::open(archiveFolderOf(database_.path()) + "/" + name);
    if (!opened.ok()) return opened.error();
    if (archive_files_.size() >= kOpenArchiveFilesMax) archive_files_.clear();
    return archive_files_.emplace(name, *std::move(opened)).first->second.get();
}

/// A month has several files at times, and their ranges overlap.
base::Result<Lookups::Archived> Lookups::archivedPayload(Seq seq, base::BytesView digest) {
    std::vector<std::string> names;
    {
        Query query(
            database_, "SELECT file FROM archive WHERE first_seq <= ?1 AND last_seq >= ?1 ORDER BY id", seq
        );
        while (query.next()) names.push_back(query.text(0));
    }
    const std::string folder = archiveFolderOf(database_.path());
    base::Error error = base::makeError(
        base::ErrorCode::LedgerCorrupt,
        "entry " + std::to_string(seq) + " has no payload, neither in the database nor in an archive file"
    );
    for (const auto& name : names) {
        const auto file = archiveFile(name);
        if (!file.ok()) {
            error = file.error();
            continue;
        }
        const auto row = (*file)->find(digest);
        if (!row.ok()) return row.error();
        if (!*row) continue;
        auto sealed = (*file)->sealed(**row);
        if (!sealed.ok()) return sealed.error();
        return Archived{*std::move(sealed), folder + "/" + name};
    }
    return error;
}

std::uint64_t SqliteTransaction::addArchive(const Archive& archive) {
    change(
        context_.database,
        "INSERT INTO archive (file, month, first_seq, last_seq, entries, size_bytes, digest, entry_seq, removed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        archive.file, archive.month, archive.first_seq, archive.last_seq, archive.entries, archive.size_bytes,
        Blob{archive.digest}, archive.entry_seq
    );
    return pragmaNumber(context_.database, "SELECT last_insert_rowid()");
}

std::uint64_t SqliteTransaction::removeArchived(Seq seq) {
    return static_cast<std::uint64_t>(change(context_.database, "DELETE FROM payload WHERE seq = ?", seq));
}

base::Status SqliteTransaction::endArchive(std::uint64_t id) {
    change(context_.database, "UPDATE archive SET removed = 1 WHERE id = ?", id);
    return {};
}

}  // namespace yht::ledger
