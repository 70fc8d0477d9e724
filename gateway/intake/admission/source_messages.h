// Messages in a source's own format (来源报文), from door to ledger: adapted on the caller's thread, decided on the
// writer's, answered after the commit.
//  1. Item by item (source_decide.h); account and quarantine rows change in the commit of what they tell.
//  2. The message's entry, its raw bytes in it, is appended just before the first thing that is new of it: a record or
//     an item for quarantine. Records and rows name it. A message without news appends nothing, and is counted.
//  3. A large message is decided in several commits, each of at most kItemsPerCommitMax items and
//     kRecordsPerCommitMax records. After a crash the same signed message again goes on where it stopped: what was
//     decided is answered as duplicate, the rest is done, under the entry that stands already.
//  4. The same signed message once more appends nothing (decide.h, rule 1): its items are answered as duplicates.
//     Signed anew it is judged anew, where only what changed is new.
//  5. Idempotency-Key: the same key with the same bytes is answered as the first time (its items counted as
//     duplicates), with other bytes refused (request.idempotency_key_reused). Keys are the partner's, for one source,
//     for the life of the ledger; they are kept as keyed digests.
//  6. Before there are items, a refusal counts as one item received and refused.
//  7. A source in lifecycle `shadow` is adapted and kept, but makes no records: every item is ignored by "shadow".
//  8. What belongs to an erased ticket is not kept: its item is blanked in the bytes that the message's entry keeps; where
//     the item is no slice of the message, none of its bytes are (message_payload.h). For messages of several commits
//     all items are looked at before the first commit. What stays open: a ticket that is erased between two commits of
//     one message.
//  9. One message can't flood quarantine: items beyond kSourceItemsMax wait as one, "the rest"; where more than
//     kQuarantineOpenMax of the source would wait, the batch is refused (Unavailable), to be sent again later.
// Uses: source_decide, source_answer, trust, kit. Used by: intake/http, intake/pull.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "gateway/intake/admission/ledger_use.h"
#include "gateway/intake/admission/source_answer.h"
#include "gateway/trust/verified_message.h"

namespace yht::intake {

inline constexpr std::size_t kRecordsPerCommitMax = 500;
inline constexpr std::size_t kItemsPerCommitMax = 1000;
inline constexpr std::uint64_t kSourceItemsMax = 20'000;  // of one pushed message; beyond: the rest is one item
inline constexpr std::size_t kMessagesAtOnceMax = 4;  // of one source; beyond: 429
inline constexpr std::size_t kSourceMessageBytesMax = 16U << 20;  // pushed; a manifest may say less
/// Of a file that we fetch, or that an operator hands in: a year's workbook of 128 000 rows is 37 MB. Its bytes are one entry, and an
/// entry's payload ends at 64 MiB (ledger::kPayloadBytesMax; evidence files promise it, too): what stands beside them has the rest.
inline constexpr std::size_t kSourceFileBytesMax = 63U << 20;
inline constexpr std::uint64_t kSourceFileItemsMax = 200'000;  // beyond: the rest is one item in quarantine
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;
inline constexpr const char* kIgnoredByShadow = "shadow";

/// What came with a message beside its bytes.
struct SourceMessageContext {
    std::string content_type;     // "" none
    std::string file_name;        // without folder, "" none
    std::string idempotency_key;  // "" none
    std::string origin;           // "history", "late": of every record that says nothing else of it; "" live
    // Files are larger than what a partner may send at once.
    std::size_t bytes_max = kSourceMessageBytesMax;
    std::uint64_t items_max = kSourceItemsMax;
    /// Runs inside the last commit of the message, also of one without news: where its cursor moves. Or empty.
    std::function<base::Status(ledger::Transaction&)> in_last_commit = {};
};

/// Since the start.
struct SourceCounters {
    std::uint64_t messages = 0;
    ledger::SourceAccount account;
};

/// Thread-safety: any thread.
class SourceMessages {
public:
    /// `log`: one line at the first item in quarantine of a source, or empty.
    SourceMessages(
        ledger::Store& store, base::Random& random, std::function<void(const std::string&)> log,
        LedgerUse use = LedgerUse::Live
    );

    /// Blocks until committed. Errors (nothing more than rule 6 is in the ledger, or the commits of rule 3 before the
    /// fault): StageJointTest, SourceNotOwn, SourceUnknown (draft, retired), RightMissing (too weak a proof),
    /// MediaTypeUnsupported, BodyTooLarge, TooManyRequests, IdempotencyKeyReused, QueueFull, DiskFull, NotReady,
    /// Unavailable (another thread is at the same message; too many items of the source wait in quarantine).
    base::Result<SourceSubmission> submitMessage(
        const trust::VerifiedMessage& message, const kit::Adapter& adapter,
        const SourceMessageContext& context
    );

    std::map<std::string, SourceCounters> counters() const;

private:
    base::Status admit(
        const trust::VerifiedMessage& message, const kit::Adapter& adapter,
        const SourceMessageContext& context
    );
    void addReceipts(SourceSubmission& submission);
    void countRefused(const std::string& source, base::UnixMillis received_ms);
    class Turn;

    // Constant after construction.
    ledger::Store& store_;
    base::Random& random_;
    const std::function<void(const std::string&)> log_;
    const LedgerUse use_;

    mutable std::mutex mutex_;
    std::map<std::string, SourceCounters> counters_;      // protected by mutex_
    std::map<std::string, std::size_t> messages_at_once_; // protected by mutex_
};

}  // namespace yht::intake
