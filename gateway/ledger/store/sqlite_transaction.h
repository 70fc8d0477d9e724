// One commit's transaction on the writer's connection: what its tasks append and look up.
// Uses: sqlite_view, ledger/format, ticket. Used by: sqlite_writer only.
#pragma once

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/recent_commits.h"
#include "gateway/ledger/store/sqlite_view.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ledger {

inline constexpr std::size_t kPayloadBytesMax = 64 * 1024 * 1024;

/// What all entries of one commit share.
struct CommitContext {
    Database& database;
    Lookups& lookups;
    base::Random& random;
    base::UnixMillis now_ms = 0;
    base::Bytes config_digest;
    ticket::SerialRange serials;
    crypto::CipherSuite payload_cipher;
    std::uint8_t digest_algorithm;  // of leaves
};

/// Thread-safety: the writer thread.
class SqliteTransaction final : public SqliteView<Transaction> {
public:
    /// `origin`: of the checkpoint before.
    SqliteTransaction(CommitContext context, TreeEdge edge, std::string origin)
        : context_(std::move(context)), edge_(std::move(edge)), entries_(edge_), origin_(std::move(origin)) {}

    /// Runs `task` under a savepoint. Errors: the task's, after everything it did was undone.
    /// Throws SqliteFault.
    base::Status runTask(const Task& task);
    const TreeEdge& edge() const { return edge_; }
    /// What its tasks appended, with the commit's checkpoint.
    CommitEntries takeEntries(std::string checkpoint);
    /// What the commit's checkpoint is signed under.
    const std::string& origin() const { return origin_; }

    Seq lastSeq() override { return edge_.size(); }
    base::Result<Seq> append(EntryDraft draft) override;
    base::Status addIdentity(
        const ticket::Identity& identity, Seq seq, base::BytesView body_digest,
        const std::string& ticket_no
    ) override;
    base::Result<std::string> newTicket(const std::string& region) override;
    base::Status addAlias(const Alias& alias) override;
    base::Status addAttachment(const std::string& digest, const AttachmentName& name) override;
    base::Status addPhone(const std::string& number, const PhoneName& name) override;
    base::Status addNamedCall(const ticket::Record& record, const std::string& ticket_no) override;
    base::Status addReplay(base::BytesView key, Seq message_seq) override;
    base::Status setCursor(const std::string& name, Seq seq) override;
    base::Status putDelivery(const DeliveryRow& row) override;
    base::Status eraseDelivery(const std::string& destination, Seq seq) override;
    base::Status attempt(const Task& part) override;
    // sqlite_sources.cpp
    base::Result<std::uint64_t> addQuarantine(const QuarantineRow& row) override;
    base::Status closeQuarantine(std::uint64_t id, const std::string& state, Seq decision_seq)
        override;
    base::Status renewQuarantine(const QuarantineRow& row) override;
    base::Status addSourceAccount(
        const std::string& source, std::int32_t day, const SourceAccount& account
    ) override;
    base::Status keepAnswer(
        base::BytesView key_digest, base::BytesView body_digest, const std::string& answer
    ) override;
    base::Status setUnfinished(Seq message_seq, std::optional<std::uint64_t> next_item) override;
    base::Status addCarrier(const std::string& ticket_no, Seq message_seq) override;
    // sqlite_source_work.cpp
    base::Status addSourceAttachment(const SourceAttachmentRow& row) override;
    base::Status renewSourceAttachment(const SourceAttachmentRow& row) override;
    base::Status endSourceAttachment(std::uint64_t id) override;
    base::Status holdHistory(const HistoryRow& row) override;
    base::Result<std::uint64_t> releaseHistory(const HistoryRange& range, std::size_t limit) override;
    base::Status endHistory(Seq seq) override;
    base::Result<ErasureReport> eraseTicket(const ErasureOrder& order) override;
    base::Result<EpochNote> beginEpoch(const EpochOrder& order) override;
    base::Status adoptTicket(const std::string& ticket_no) override;
    // sqlite_archive.cpp
    std::uint64_t addArchive(const Archive& archive) override;
    std::uint64_t removeArchived(Seq seq) override;
    base::Status endArchive(std::uint64_t id) override;
    // rekey.cpp
    base::Status beginRekey() override;
    base::Result<RekeyStep> rekeyRows() override;
    base::Status markRekeyedFile(const std::string& last) override;
    base::Status endRekey() override;

private:
    Lookups& lookups() override { return context_.lookups; }
    /// Out through the task to the writer, which undoes the whole commit.
    void onFault(const SqliteFault& fault) override { throw fault; }

    base::Result<base::Bytes> dataKey(const EntryDraft& draft);
    void storeLeaf(const LeafHeader& header, base::BytesView leaf);
    void storePayload(EntryDraft draft, base::BytesView leaf_hash, base::BytesView data_key);

    void storeTicketKey(const std::string& ticket_no);
    // sqlite_epoch.cpp
    base::Status jumpSerials(const Epoch& former, std::uint32_t steps, Epoch& next);
    // sqlite_erasure.cpp
    void eraseNames(const std::string& ticket_no, ErasureNote& note);
    void endDeliveries(const std::string& ticket_no, ErasureNote& note);
    std::vector<NamedAttachment> attachmentsOf(const ErasureNote& note);
    std::uint64_t otherRecords(const std::string& ticket_no, const std::vector<Seq>& messages);

    CommitContext context_;
    TreeEdge edge_;
    CommitEntries entries_;
    std::string origin_;
    /// The key of the ticket that this task made last: its first record follows at once.
    std::string last_ticket_no_;
    base::Bytes last_ticket_key_;
};

}  // namespace yht::ledger
