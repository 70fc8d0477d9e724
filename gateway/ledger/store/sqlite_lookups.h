// Every question a View answers, as SQL on one connection. Shared by the writer's transaction and
// the snapshots. Uses: sqlite, ledger/format. Used by: ledger/store only.
#pragma once

#include <map>

#include "gateway/ledger/store/archive.h"
#include "gateway/ledger/store/epoch.h"
#include "gateway/ledger/store/ledger_keys.h"
#include "gateway/ledger/store/payload_seal.h"
#include "gateway/ledger/store/rekey.h"
#include "gateway/ledger/store/sqlite.h"
#include "gateway/ledger/store/store.h"

namespace yht::ledger {

/// Eight octets whose order is that of the number: SQLite's integers are signed.
base::Bytes encodeVersion(std::uint64_t version);

/// Columns: source, kind, record_ref, version, correction, seq, body_mac, ticket_no.
KnownIdentity readIdentity(const Query& query);

/// Methods are as View's of the same name. All throw SqliteFault.
class Lookups {
public:
    Lookups(Database& database, LedgerKeys keys)
        : database_(database), kek_(std::move(keys.kek)), digests_(std::move(keys.index)) {}

    std::optional<KnownIdentity> findIdentity(const ticket::Identity& identity);
    std::optional<KnownIdentity> findLatest(
        const std::string& source, ticket::Kind kind, const std::string& record_ref
    );
    bool sameBody(const KnownIdentity& known, base::BytesView body_digest) const;
    const KeyedDigests& digests() const { return digests_; }
    const crypto::KeyRing& kek() const { return kek_; }
    std::optional<std::string> findTicket(const std::string& party, const std::string& number);
    std::vector<Alias> aliases(const std::string& ticket_no);
    std::vector<AttachmentName> attachmentNames(const std::string& digest, std::size_t limit);
    bool namesAttachments(Seq seq);
    std::vector<PhoneName> phoneNames(base::BytesView mac, Seq after, std::size_t limit);
    std::vector<std::string> ticketsNamingCall(const CallName& call, std::size_t limit);
    std::vector<std::string> ticketNumbers(std::size_t limit);
    bool hasTicket(const std::string& ticket_no);
    bool isErased(const std::string& ticket_no);
    bool anyErased();
    std::optional<Seq> findReplay(base::BytesView key);
    std::vector<Seq> ticketEntries(const std::string& ticket_no);
    std::optional<Seq> firstEntry(const std::string& ticket_no);
    std::vector<Seq> messageEntries(Seq message_seq);
    base::Result<Entry> entry(Seq seq);
    base::Result<Leaf> leaf(Seq seq);
    std::vector<LeafHeader> scan(Seq after, std::size_t limit);
    Seq cursor(const std::string& name);
    std::vector<Epoch> epochs();

    std::vector<DeliveryRow> deliveries(
        const std::string& destination, DeliveryState state, base::UnixMillis due_ms,
        std::size_t limit
    );
    std::vector<DeliveryRow> deliveriesOf(
        const std::string& destination, const std::string& ticket_no
    );
    std::vector<DeliveryCount> deliveryCounts();
    // sqlite_sources.cpp
    std::optional<QuarantineRow> quarantined(std::uint64_t id);
    std::optional<std::uint64_t> findQuarantined(
        const std::string& source, base::BytesView item_digest
    );
    std::vector<QuarantineRow> quarantine(const QuarantineFilter& filter, std::size_t limit);
    std::vector<QuarantineGroup> quarantineGroups(const QuarantineFilter& filter);
    bool hasOpenQuarantine(const std::string& source);
    std::uint64_t countOpenQuarantine(const std::string& source, std::uint64_t limit);
    std::optional<QuarantineRow> findSettled(
        const std::string& source, base::BytesView item_digest
    );
    bool isQuarantinedAs(std::uint64_t id, base::BytesView item_digest);
    std::vector<SourceDay> sourceDays(std::int32_t first_day, std::int32_t last_day);
    std::optional<KeptAnswer> findKeptAnswer(
        base::BytesView key_digest, base::BytesView body_digest
    );
    std::optional<std::uint64_t> unfinishedFrom(Seq message_seq);
    // sqlite_source_work.cpp
    std::vector<SourceAttachmentRow> sourceAttachments(
        const SourceAttachmentFilter& filter, std::size_t limit
    );
    std::vector<SourceAttachmentCount> sourceAttachmentCounts();
    bool isAttachmentQueued(const std::string& source, const std::string& record_ref);
    std::vector<Seq> historyHeld(Seq after, Seq upto);
    std::vector<Seq> historyReleased(std::size_t limit);
    std::uint64_t countHeldHistory(const HistoryRange& range);
    std::vector<HistoryCount> historyCounts();
    /// Messages that addCarrier() named.
    std::vector<Seq> carriers(const std::string& ticket_no);

    // sqlite_archive.cpp
    std::vector<Archive> archives();
    std::vector<LeafHeader> scanStored(Seq after, std::size_t limit);
    std::optional<base::Bytes> sealedPayload(Seq seq);
    std::vector<Seq> messagesInWork();
    DatabaseSpace space();
    struct Archived {
        base::Bytes sealed;
        std::string path;  // of the file
    };
    /// Errors: Unavailable; LedgerCorrupt where no file has it.
    base::Result<Archived> archivedPayload(Seq seq, base::BytesView digest);

    RekeyState rekeyState();  // rekey.cpp

    Seq lastSeq();
    /// Errors: NotFound; LedgerErased where the key was destroyed; LedgerCorrupt.
    base::Result<base::Bytes> ticketKey(const std::string& ticket_no);
    base::Result<base::Bytes> leafBytes(Seq seq);
    /// A stored node; level 0 is hashed from its leaf. Errors: LedgerCorrupt where it is missing.
    base::Result<base::Bytes> node(std::uint8_t level, std::uint64_t index);

    /// The first checkpoint that covers `size` leaves: the one of the commit that brought leaf
    /// `size`.
    std::optional<StoredCheckpoint> checkpointCovering(std::uint64_t size);
    std::optional<StoredCheckpoint> newestCheckpoint();
    std::vector<StoredCheckpoint> checkpoints(
        std::uint64_t after, std::uint64_t last, std::size_t limit
    );

    /// The erased ticket that had this name (its keyed digest); nullopt where none had it.
    std::optional<std::string> findErasedName(base::BytesView mac);

private:
    /// Opened before, or now. Errors: Unavailable.
    base::Result<const ArchiveFile*> archiveFile(const std::string& name);
    /// The entry's own key, or its ticket's. Errors: LedgerErased where it was destroyed; LedgerCorrupt.
    base::Result<base::Bytes> dataKey(Seq seq, const std::string& ticket_no);

    Database& database_;
    std::map<std::string, std::unique_ptr<ArchiveFile>> archive_files_;
    const crypto::KeyRing kek_;
    const KeyedDigests digests_;
    std::optional<std::uint64_t> plain_replay_until_s_;  // once it was asked for
};

}  // namespace yht::ledger
