// How a deployment stands, gathered for one screen (运行概况): is it served, how old is the newest entry, does every source
// still speak, does every destination take, which certificate ends next, is there room on the disk.
// Read from files, the ledger and the admin listener; changes nothing.
// Uses: opened_ledger, source_look, delivery (status), trust. Used by: the status command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/app/opened_ledger.h"
#include "gateway/delivery/status.h"
#include "gateway/intake/pull/source_health.h"
#include "gateway/trust/revocation_book.h"

namespace yht::app {

inline constexpr std::size_t kSourceEntriesMax = 200'000;       // entries looked back over for the last word of a source
inline constexpr std::int64_t kSilentMillis = 24LL * 3600 * 1000;  // of a source without a manifest
inline constexpr std::int64_t kCertificateSoonMillis = 30LL * 24 * 3600 * 1000;
inline constexpr std::uint64_t kDiskFreeBytesMin = 1ULL << 30;  // below: trouble

struct SourceStatus {
    std::string id;
    std::string name_zh;
    base::UnixMillis last_received_ms = 0;  // 0: nothing within the entries looked at
    bool isSilent(base::UnixMillis now_ms) const { return last_received_ms != 0 && now_ms - last_received_ms > kSilentMillis; }
};

/// Of a source that speaks its own format.
struct SourceHealthStatus {
    std::string way, owner;  // how it comes; who answers for it
    intake::SourceHealth health;
};

struct CertificateStatus {
    std::string what;  // "server", "signing", "partner zz-12315"
    base::UnixMillis not_after_ms = 0;
};

struct Status {
    bool serving = false;                // the admin listener answers
    bool ready = false;
    std::vector<std::string> not_ready;  // names of the checks that fail
    std::uint64_t entries = 0;
    base::UnixMillis last_committed_ms = 0;  // 0: empty
    std::uint64_t ledger_bytes = 0, disk_free_bytes = 0;
    std::uint64_t quarantined = 0;
    std::vector<ledger::HistoryCount> history;              // that waits for its release, by source
    std::vector<ledger::SourceAttachmentCount> attachments; // of items, not admitted yet; by source and state
    std::size_t unnamed_overdue = 0;                        // marks that should have been judged a day ago
    std::uint64_t archive_count = 0, archive_bytes = 0;     // files of closed months
    std::vector<std::string> archives_missing;              // paths of those that are not there
    std::vector<ledger::SourceDay> accounts_today;          // of sources that speak their own format, by id
    std::vector<SourceStatus> sources;                      // in the order of sources.yaml
    std::vector<SourceHealthStatus> healths;                // by id
    std::vector<delivery::DestinationStatus> destinations;
    std::vector<CertificateStatus> certificates;            // the next to end first
    std::vector<trust::PeerStanding> revocation;            // peers with a policy, as the gateway last wrote them
};

/// Errors: IoFailed, ConfigInvalid, ManifestInvalid, LedgerCorrupt.
base::Result<Status> gatherStatus(OpenedLedger& opened);

/// What an operator has to look at, a sentence each in both languages; empty: nothing.
std::vector<std::string> troubles(const Status& status, base::UnixMillis now_ms);

}  // namespace yht::app
