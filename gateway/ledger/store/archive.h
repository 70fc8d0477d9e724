// Archive (归档) of closed months: payloads of what is finished move out of the database into sealed files beside it. Leaves,
// nodes, identities, names and keys stay, so every look-up, proof and receipt works as before, and an erasure needs no file:
// with its key the payload in the file is gone too. Reading fetches from the file by the digest that the leaf holds.
//   what   messages, records, outcomes and decisions that were committed before the month, if everything that they are part of
//          is settled (ArchiveOrder::settled); audit, key, config and erasure entries stay
//   how    one file (archive_file.h) at a time: written, flushed, read back and compared; then one commit that names file and
//          digest; only then are rows removed, a bounded number a commit. Whatever ends it in between, nothing is lost:
//          before that commit the database has everything and the next run begins anew, after it the next run goes on removing
//   space  freed pages are overwritten and used again by what comes next; the database file does not get shorter
// The entry (EntryType::Audit, header.source the operator) has RFC 8785 JSON, every scalar a string:
//   {"digest":hex,"entries":count,"file":name,"first_seq":seq,"format":"yht-archive-1","last_seq":seq,"month":"2019-04",
//    "operator":id,"size_bytes":count,"why":text}
// Uses: ledger/store, json. Used by: app, verify.
#pragma once

#include <functional>
#include <optional>

#include "gateway/ledger/store/archive_file.h"
#include "gateway/ledger/store/store.h"

namespace yht::ledger {

inline constexpr std::size_t kArchiveEntriesMax = 500'000;                        // of one file; a month may have several
inline constexpr std::uint64_t kArchiveBytesMax = std::uint64_t{1024} * 1024 * 1024;
inline constexpr std::size_t kArchiveRemovedPerCommit = 500;

/// One file in force.
struct Archive {
    std::uint64_t id = 0;
    std::string file;       // its name in archiveFolderOf()
    std::string month;      // "2019-04", Asia/Shanghai
    Seq first_seq = 0, last_seq = 0;
    std::uint64_t entries = 0, size_bytes = 0;
    base::Bytes digest;     // SHA-256 of the file up to its last 32 octets, which repeat it
    Seq entry_seq = 0;      // the entry that says so
    bool removed = false;   // no row of it is left in the database
    bool operator==(const Archive&) const = default;
};
std::string encodeArchive(const Archive& archive, const std::string& operator_id, const std::string& why);
/// id, entry_seq and removed are not in it. nullopt: another kind of entry.
std::optional<Archive> decodeArchive(std::string_view payload);

/// "2019-04" → the first moment of that month in Asia/Shanghai; nullopt where it is no month.
std::optional<base::UnixMillis> monthBegin(std::string_view month);
std::string monthOf(base::UnixMillis time_ms);

/// Moments at which fault runs may end the process.
enum class ArchivePoint : std::uint8_t { FileWritten, FileNamed, Committed, SomeRemoved, Removed };

struct ArchiveOrder {
    std::string before;       // "2019-05": months before it
    std::string operator_id;  // an account, never a person's name
    std::string why;
    /// Nothing more is to be done with what this leaf belongs to: its ticket (or the record itself, where it has none) is
    /// finished and wholly delivered. Asked for records, outcomes and decisions.
    std::function<base::Result<bool>(View&, const LeafHeader&)> settled;
    std::size_t entries_max = kArchiveEntriesMax;
    std::function<void(ArchivePoint)> on_point = {};  // fault runs only
};

struct ArchiveStep {
    std::optional<Archive> archive;  // nullopt: there was nothing to do
    bool resumed = false;            // an earlier run had made the file
    std::uint64_t removed_rows = 0;
    DatabaseSpace space;
};

/// Makes one archive file and takes its entries out of the database, or ends what an earlier run began; called again until
/// there is nothing to do. `path` is the database's. Errors: ParameterInvalid (no month, one that is not over, no reason),
/// Unavailable (a file that an earlier run made), DiskFull, IoFailed, the store's, those of `settled`.
base::Result<ArchiveStep> archiveNext(
    Store& store, const std::string& path, const base::Clock& clock, base::Random& random, const ArchiveOrder& order
);

}  // namespace yht::ledger
