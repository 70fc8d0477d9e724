// The ledger's store: one durable, append-only sequence with the indexes that decisions need.
// SQLite today (sqlite_store.h); PostgreSQL can stand behind the same three interfaces.
//   Transaction  what a task may do on the writer thread, inside one durable commit with others
//   Snapshot     a consistent view for readers; any thread, one at a time each
//   Store        opens, gives snapshots, runs tasks
// Uses: ledger/format, ticket (identities only). Used by: admission, delivery, province, app.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/ledger/format/receipt.h"
#include "gateway/ledger/store/source_tables.h"
#include "gateway/ticket/record.h"

namespace yht::ledger {

using Seq = std::uint64_t;

/// Under which data key a payload is sealed: its ticket's, or one made for this entry alone.
enum class SealedUnder : std::uint8_t { Ticket, Own };

/// An entry to be. `header.seq`, `committed_ms` and `config_digest` are filled in by the store.
struct EntryDraft {
    LeafHeader header;
    base::Bytes payload;
    base::Bytes salt;  // kSaltBytes, random
    SealedUnder sealed_under = SealedUnder::Own;
};

struct Entry {
    LeafHeader header;
    base::Bytes leaf;
    base::Bytes salt;
    base::Bytes payload;
};

/// What the ledger knows of one identity without opening its payload.
struct KnownIdentity {
    ticket::Identity identity;
    Seq seq = 0;
    base::Bytes body_mac;  // keyed digest of its canonical text; only View::sameBody() can compare it
    std::string ticket_no;
    bool erased = false;  // of an erased ticket: only the names asked for and ticket_no are right
};

/// A party's own number for a ticket.
struct Alias {
    std::string party;
    std::string number;  // "" where the ticket was erased: that the party had one is all that is left
    std::string ticket_no;
};

/// A record that names an attachment.
struct AttachmentName {
    Seq seq = 0;
    std::string ticket_no;  // "" for a stand-alone record
    bool operator==(const AttachmentName&) const = default;
};

/// A record that names a telephone number.
struct PhoneName {
    Seq seq = 0;
    std::string ticket_no;  // "" for a stand-alone record
    bool operator==(const PhoneName&) const = default;
};

/// A call as its source numbers it.
struct CallName {
    std::string source, record_ref;
    bool operator==(const CallName&) const = default;
};

/// permanent values; `Done` rows are deleted, so it never stands in the table.
enum class DeliveryState : std::uint8_t { Ready = 1, InFlight = 2, Held = 3, Unknown = 4, Dead = 5 };
const char* deliveryStateName(DeliveryState state);

/// One routed entry of one destination that is not finished.
struct DeliveryRow {
    std::string destination;
    Seq seq = 0;
    std::string ticket_no;
    std::uint8_t kind = 0;
    DeliveryState state = DeliveryState::Ready;
    std::uint32_t attempts = 0;
    base::UnixMillis next_ms = 0;      // not before
    base::UnixMillis committed_ms = 0; // of the entry: age of the backlog
    std::string batch_id;              // of the attempt in flight or unknown
    std::string reason;                // last error's wire code, hold reason or the far side's field errors (JSON)
};

struct DeliveryCount {
    std::string destination;
    DeliveryState state = DeliveryState::Ready;
    std::uint64_t count = 0;
    base::UnixMillis oldest_committed_ms = 0;
};

struct Archive;  // archive.h
struct ErasureOrder;
struct ErasureReport;  // erasure.h
struct Epoch;
struct EpochOrder;
struct EpochNote;  // epoch.h
struct RekeyState;
struct RekeyStep;  // rekey.h

/// What both a task and a reader can look up. All look-ups are indexed.
/// A look-up that the disk fails has no answer: inside a task it ends the task by an exception that only the
/// writer catches (never catch (...) around a look-up and go on); for a reader the process ends.
class View {
public:
    virtual ~View() = default;
    virtual std::optional<KnownIdentity> findIdentity(const ticket::Identity& identity) = 0;
    /// Whether SHA-256 of the known record's canonical text is `body_digest`.
    virtual bool sameBody(const KnownIdentity& known, base::BytesView body_digest) = 0;
    /// Highest (version, correction) of one record; nullopt where it was never seen. A record of an erased
    /// ticket is known, and `erased`.
    virtual std::optional<KnownIdentity> findLatest(const std::string& source, ticket::Kind kind,
                                                    const std::string& record_ref) = 0;
    virtual std::optional<std::string> findTicket(const std::string& party, const std::string& number) = 0;
    virtual std::vector<Alias> aliases(const std::string& ticket_no) = 0;
    /// Records that name the attachment with this SHA-256 (64 hexadecimal digits), the first that did so first, at
    /// most `limit`.
    virtual std::vector<AttachmentName> attachmentNames(const std::string& digest, std::size_t limit) = 0;
    /// Whether the record of this entry names any attachment.
    virtual bool namesAttachments(Seq seq) = 0;
    /// Stands for a telephone number (ticket::comparedPhone()) in the index of numbers: a keyed digest, of no use without
    /// the ledger's keys.
    virtual base::Bytes phoneDigest(const std::string& number) = 0;
    /// Records that name the number of this digest, after `after`, ascending, at most `limit`.
    virtual std::vector<PhoneName> phoneNames(base::BytesView digest, Seq after, std::size_t limit) = 0;
    /// Tickets of which a record names the call (call_ref), also erased ones; at most `limit`.
    virtual std::vector<std::string> ticketsNamingCall(const CallName& call, std::size_t limit) = 0;
    virtual RekeyState rekeyState() = 0;
    virtual bool hasTicket(const std::string& ticket_no) = 0;
    /// Its key was destroyed (erasure.h): nothing of it can be read, and nothing be added.
    virtual bool isErased(const std::string& ticket_no) = 0;
    /// A ticket with names was erased.
    virtual bool anyErased() = 0;
    /// The message that carried this replay key (trust/replay_key.h).
    virtual std::optional<Seq> findReplay(base::BytesView key) = 0;
    virtual std::vector<Seq> ticketEntries(const std::string& ticket_no) = 0;
    /// Of the record that made the ticket; nullopt where there is no such ticket.
    virtual std::optional<Seq> firstEntry(const std::string& ticket_no) = 0;
    /// Seqs of the records that message `message_seq` carried, ascending.
    virtual std::vector<Seq> messageEntries(Seq message_seq) = 0;
    /// Errors: NotFound, LedgerErased (payload gone, leaf stays: use leaf()), LedgerCorrupt.
    virtual base::Result<Entry> entry(Seq seq) = 0;
    virtual base::Result<Leaf> leaf(Seq seq) = 0;
    /// Archive files in force, in the order that they were made (archive.h).
    virtual std::vector<Archive> archives() = 0;
    /// Entries after `after`, ascending, at most `limit`; headers only.
    virtual std::vector<LeafHeader> scan(Seq after, std::size_t limit) = 0;
    virtual Seq lastSeq() = 0;
    virtual Seq cursor(const std::string& name) = 0;
    /// In order; the last is the one that checkpoints are signed under now. Never empty.
    virtual std::vector<Epoch> epochs() = 0;
    virtual std::vector<DeliveryRow> deliveries(const std::string& destination, DeliveryState state,
                                                base::UnixMillis due_ms, std::size_t limit) = 0;
    /// Every unfinished row of one ticket at one destination, by seq.
    virtual std::vector<DeliveryRow> deliveriesOf(const std::string& destination,
                                                  const std::string& ticket_no) = 0;
    virtual std::vector<DeliveryCount> deliveryCounts() = 0;
    // source_tables.h
    virtual std::optional<QuarantineRow> quarantined(std::uint64_t id) = 0;
    /// The open row of the same raw item of that source.
    virtual std::optional<std::uint64_t> findQuarantined(const std::string& source, base::BytesView item_digest) = 0;
    /// By id, at most `limit`.
    virtual std::vector<QuarantineRow> quarantine(const QuarantineFilter& filter, std::size_t limit) = 0;
    /// The rows that `filter` chooses by source, reason and fingerprint; the most frequent first.
    virtual std::vector<QuarantineGroup> quarantineGroups(const QuarantineFilter& filter) = 0;
    virtual bool hasOpenQuarantine(const std::string& source) = 0;
    /// Counted no further than `limit`.
    virtual std::uint64_t countOpenQuarantine(const std::string& source, std::uint64_t limit) = 0;
    /// The row of the same raw item of that source that was decided last; nullopt where none was.
    virtual std::optional<QuarantineRow> findSettled(const std::string& source, base::BytesView item_digest) = 0;
    /// The row was made of an item with this digest.
    virtual bool isQuarantinedAs(std::uint64_t id, base::BytesView item_digest) = 0;
    /// By source, then day; first and last day included.
    virtual std::vector<SourceDay> sourceDays(std::int32_t first_day, std::int32_t last_day) = 0;
    /// `key_digest`: of who asks and the key; `body_digest`: of the message that comes with it now.
    virtual std::optional<KeptAnswer> findKeptAnswer(base::BytesView key_digest, base::BytesView body_digest) = 0;
    /// The first item that is still to be decided; nullopt where the whole message was.
    virtual std::optional<std::uint64_t> unfinishedFrom(Seq message_seq) = 0;
    /// By id, at most `limit`.
    virtual std::vector<SourceAttachmentRow> sourceAttachments(const SourceAttachmentFilter& filter,
                                                               std::size_t limit) = 0;
    /// By source, then state.
    virtual std::vector<SourceAttachmentCount> sourceAttachmentCounts() = 0;
    /// A row of that source is to become the record of that record_ref.
    virtual bool isAttachmentQueued(const std::string& source, const std::string& record_ref) = 0;
    /// Those with seq in (after, upto] that are held, or released and not routed yet; ascending.
    virtual std::vector<Seq> historyHeld(Seq after, Seq upto) = 0;
    /// Released and not routed yet; ascending, at most `limit`.
    virtual std::vector<Seq> historyReleased(std::size_t limit) = 0;
    /// How many of the range are held.
    virtual std::uint64_t countHeldHistory(const HistoryRange& range) = 0;
    /// By source.
    virtual std::vector<HistoryCount> historyCounts() = 0;
};


/// What a task may do on the writer thread. A task that returns an Error leaves no trace.
class Transaction : public View {
public:
    /// Gives the seq. The payload is sealed, the leaf is in the tree when the commit is. A message's message_seq
    /// becomes its own seq. Errors: Internal where the draft breaks a bound or names a ticket that has no key;
    /// LedgerErased where it is to be sealed under a ticket that was erased.
    virtual base::Result<Seq> append(EntryDraft draft) = 0;
    /// Registers a record entry just appended. Requires: append() gave `seq` in this transaction; `body_digest`
    /// is SHA-256 of its payload (verify checks that); what is kept is a keyed digest of it. Errors: RecordConflict where the identity is taken.
    virtual base::Status addIdentity(const ticket::Identity& identity, Seq seq, base::BytesView body_digest,
                                     const std::string& ticket_no) = 0;
    /// The next number of `region` (12: DESIGN) and a data key for it. Errors: NumbersExhausted.
    virtual base::Result<std::string> newTicket(const std::string& region) = 0;
    /// Errors: AliasConflict where (party, number) names another ticket. Naming the same again is nothing, and so
    /// is naming a ticket that was erased: a far side's answer may come after the erasure.
    virtual base::Status addAlias(const Alias& alias) = 0;
    /// What attachmentNames() finds. Requires: append() gave `name.seq` in this transaction.
    virtual base::Status addAttachment(const std::string& digest, const AttachmentName& name) = 0;
    /// What phoneNames() finds. Requires: `number` from ticket::comparedPhone(), not ""; append() gave `name.seq` in this
    /// transaction. Nothing where the record named it before.
    virtual base::Status addPhone(const std::string& number, const PhoneName& name) = 0;
    /// What ticketsNamingCall() finds: the call that a record just appended names, if it names one and is of a ticket.
    virtual base::Status addNamedCall(const ticket::Record& record, const std::string& ticket_no) = 0;
    /// Errors: ReplayRefused where the key is taken.
    virtual base::Status addReplay(base::BytesView key, Seq message_seq) = 0;
    virtual base::Status setCursor(const std::string& name, Seq seq) = 0;
    virtual base::Status putDelivery(const DeliveryRow& row) = 0;  // insert or replace by (destination, seq)
    virtual base::Status eraseDelivery(const std::string& destination, Seq seq) = 0;
    /// The row's id. Requires: `state` is open.
    virtual base::Result<std::uint64_t> addQuarantine(const QuarantineRow& row) = 0;
    /// Closes an open row. Errors: NotFound where there is none of that id that is open.
    virtual base::Status closeQuarantine(std::uint64_t id, const std::string& state, Seq decision_seq) = 0;
    /// Another reason for an open row: reason, detail_json, fingerprint and adapter_version of `row`. Errors: NotFound.
    virtual base::Status renewQuarantine(const QuarantineRow& row) = 0;
    /// Requires: account.balances().
    virtual base::Status addSourceAccount(const std::string& source, std::int32_t day, const SourceAccount& account) = 0;
    /// Replaces what was kept under the same key.
    virtual base::Status keepAnswer(base::BytesView key_digest, base::BytesView body_digest,
                                    const std::string& answer) = 0;
    /// nullopt: the message is decided to its end.
    virtual base::Status setUnfinished(Seq message_seq, std::optional<std::uint64_t> next_item) = 0;
    /// The message's raw bytes hold content of the ticket, though none of its records: an erasure must take them.
    virtual base::Status addCarrier(const std::string& ticket_no, Seq message_seq) = 0;
    /// The row's id is given by the store.
    virtual base::Status addSourceAttachment(const SourceAttachmentRow& row) = 0;
    /// Sets state, attempts, next_ms and reason of `row`. Errors: NotFound.
    virtual base::Status renewSourceAttachment(const SourceAttachmentRow& row) = 0;
    /// Nothing where it is not there.
    virtual base::Status endSourceAttachment(std::uint64_t id) = 0;
    virtual base::Status holdHistory(const HistoryRow& row) = 0;
    /// At most `limit` of the range, the earliest entries first. Gives how many.
    virtual base::Result<std::uint64_t> releaseHistory(const HistoryRange& range, std::size_t limit) = 0;
    /// It is routed: a record like any other from now on.
    virtual base::Status endHistory(Seq seq) = 0;
    /// Runs a part of a task. Errors: the part's, after everything that the part did was undone.
    virtual base::Status attempt(const std::function<base::Status(Transaction&)>& part) = 0;
    /// What is done to the tables: erasure.h, whose eraseTicket() is the way in. Errors: NotFound, LedgerErased.
    virtual base::Result<ErasureReport> eraseTicket(const ErasureOrder& order) = 0;
    /// The next epoch, and the entry that says so. This commit's checkpoint is the first under its origin.
    /// backup.h's reopenLedger() is the way in. Errors: NumbersExhausted.
    virtual base::Result<EpochNote> beginEpoch(const EpochOrder& order) = 0;
    /// A ticket under a number that this log gave out and lost (epoch.h), with a new data key. Nothing where it
    /// is there. Requires: a number of an earlier epoch. Errors: Internal where it is no ticket number.
    virtual base::Status adoptTicket(const std::string& ticket_no) = 0;
    /// An archive file is in force: entries that are not in the database are read from it. archive.h's archiveNext() is the
    /// way in to these three. Requires: it is flushed, and holds what it says. Gives its id.
    virtual std::uint64_t addArchive(const Archive& archive) = 0;
    /// Takes a payload that an archive file has out of the database; 1 where it was there.
    virtual std::uint64_t removeArchived(Seq seq) = 0;
    virtual base::Status endArchive(std::uint64_t id) = 0;
    /// Rotation of the KEK: rekey.h, whose rekeyNext() calls rekeyRows(). beginRekey() and markRekeyedFile() note how far it has come.
    virtual base::Status beginRekey() = 0;
    /// Errors: LedgerCorrupt where a key opens under no KEK.
    virtual base::Result<RekeyStep> rekeyRows() = 0;
    virtual base::Status markRekeyedFile(const std::string& last) = 0;
    /// Nothing is under a former KEK any more. Requires: no file that the KEK wraps a key of is under another. Errors: LedgerCorrupt;
    /// Unavailable where more than some thousand rows came since rekeyRows() found none: nothing was done.
    virtual base::Status endRekey() = 0;
};

/// Of the database file. Free bytes are used again before the file grows.
struct DatabaseSpace {
    std::uint64_t size_bytes = 0, free_bytes = 0;
};

/// The signed note of one commit.
struct StoredCheckpoint {
    std::uint64_t size = 0;
    std::string note;
};

/// An entry to be proven. Who still has the salt saves opening the payload for it.
struct ReceiptRequest {
    Seq seq = 0;
    base::Bytes salt;  // "": taken from the payload
};

class Snapshot : public View {
public:
    /// The newest signed checkpoint; nullopt on an empty ledger.
    virtual std::optional<std::string> checkpoint() = 0;
    /// Those of sizes in (after, last], ascending, at most `limit`.
    virtual std::vector<StoredCheckpoint> checkpoints(std::uint64_t after, std::uint64_t last,
                                                      std::size_t limit) = 0;
    /// Rebuilt byte for byte from leaf, salt, nodes and the checkpoint of the entry's own commit.
    /// Errors: NotFound; LedgerErased where the salt is gone; LedgerCorrupt.
    virtual base::Result<Receipt> receipt(Seq seq) = 0;
    /// The receipts of many entries, in order: each node is read once. Errors: as receipt(), for the first.
    virtual base::Result<std::vector<Receipt>> receipts(const std::vector<ReceiptRequest>& requests) = 0;
    /// Requires: 1 <= seq <= size <= lastSeq(). Errors: ParameterInvalid.
    virtual base::Result<std::vector<base::Bytes>> inclusionProof(Seq seq, std::uint64_t size) = 0;
    virtual base::Result<std::vector<base::Bytes>> consistencyProof(std::uint64_t first,
                                                                    std::uint64_t second) = 0;
    /// Headers of entries after `after` whose payload is in the database and not in an archive file, ascending.
    virtual std::vector<LeafHeader> scanStored(Seq after, std::size_t limit) = 0;
    /// The sealed payload as the database has it; zeros: erased; nullopt: not in the database.
    virtual std::optional<base::Bytes> sealedPayload(Seq seq) = 0;
    /// Messages with items that wait in quarantine, or that are not decided to their end; ascending.
    virtual std::vector<Seq> messagesInWork() = 0;
    virtual DatabaseSpace space() = 0;
    /// Ticket numbers in descending order: within a region the newest first.
    virtual std::vector<std::string> ticketNumbers(std::size_t limit) = 0;
};

/// Runs on the writer thread. Returns an Error to have everything it did undone; others in the same commit
/// are untouched. Must not block, call the store, or keep `Transaction&`.
using Task = std::function<base::Status(Transaction&)>;

struct WriterCounters {
    std::uint64_t commits = 0, tasks = 0, entries = 0, queue_depth = 0, refused_queue_full = 0;
};

class Store {
public:
    virtual ~Store() = default;
    /// A read view as of now. Cheap (pooled connections). Keep it for a request, not longer: it pins the WAL.
    virtual base::Result<std::unique_ptr<Snapshot>> snapshot() = 0;
    /// As Snapshot::receipts() now; of what has just been committed, without a snapshot where the salts are given.
    virtual base::Result<std::vector<Receipt>> receipts(const std::vector<ReceiptRequest>& requests) = 0;
    /// Queues a task; `done` is called once, on the writer thread, after the durable commit (or with the
    /// error). Errors go to `done` too: QueueFull and NotReady at once, on the caller's thread; DiskFull,
    /// Unavailable. `done` must be short.
    virtual void submit(Task task, std::function<void(base::Status)> done) = 0;
    /// submit() and wait.
    base::Status run(Task task);
    /// Blocks until an entry after `after` is committed or the time is over; true when there is one.
    virtual bool waitForEntry(Seq after, std::int64_t timeout_ms) = 0;
    /// Everything committed is in the database file, and the write-ahead log has no bytes any more. Waits for
    /// readers, up to 10 s. Errors: Unavailable where one held on; NotReady (read-only).
    virtual base::Status emptyWal() = 0;
    virtual WriterCounters counters() const = 0;
    /// The digest of the deployment bundle that new leaves name.
    virtual void setConfigDigest(base::Bytes digest) = 0;
    /// Of the epoch in which the store was opened.
    virtual const std::string& origin() const = 0;
    virtual const std::string& logKeyName() const = 0;
};

}  // namespace yht::ledger
