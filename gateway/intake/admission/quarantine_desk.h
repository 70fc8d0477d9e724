// What operators decide about items in quarantine (隔离处置). The raw bytes are those of the message's entry; they are
// adapted anew by the adapter in force now, and admitted as if they came now, pointing at the original message:
//   fix      with an operator's changes at source paths; the records' assurance is then the gateway's own
//   replay   as they came, for instance after the mapping was mended; on failure the item stays open with the new reason
//   discard  nothing becomes of it
// A row that holds the rest of a message that could not be read (its place is "") gives all the items that the rest
// has now, in commits of at most kItemsPerCommitMax items; those that fail get rows of their own. Its verdict is the best
// of its items'. A rest that a crash cuts stays open: replayed again, what was decided is a duplicate.
// An item is taken for the row's only where it stands at the same index and is the same: its slice of the message by its
// digest; else its value by its digest, or its place. A row that now finds another item there stays open (Unavailable).
// Each decision is an entry of type decision in the commit of its effect, RFC 8785 JSON, every scalar a string:
//   {"adapter_version":…,"decision":"fixed"|"replayed"|"discarded","format":"yht-quarantine-1","item":id,
//    "message_seq":seq,"operator":id,"paths":[…],"records":[seq…],"source":id,"verdict":…,"why":text}
//   records: at most kRecordsNamedMax; how many more there are stands in "records_not_shown" then
//   paths: what an operator changed; never what to: that stands in the records, and goes with them when they are erased
// The account of the source tells how items arrived; decisions don't change it.
// Uses: source_decide, source_messages (bounds of a commit), source_adapters, ledger, trust. Used by: app.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/admission/source_decide.h"

namespace yht::intake {

inline constexpr std::size_t kPatchesMax = 50;         // of one fix
inline constexpr std::size_t kReplayItemsMax = 10'000; // of one command
inline constexpr std::size_t kRecordsNamedMax = 10'000;  // in one decision's entry

struct QuarantineServices {
    ledger::Store& store;
    base::Random& random;
    std::shared_ptr<const trust::TrustSnapshot> trust;
    std::shared_ptr<const SourceAdapters> adapters;
    std::function<void(const std::string&)> log;  // one line when a source's queue is empty again; or empty
};

/// Who decides, why, and what else belongs into the commit (the audit entry).
struct QuarantineOrder {
    std::string operator_id, why;
    std::function<base::Status(ledger::Transaction&)> also;
};

struct QuarantineDecided {
    std::uint64_t id = 0;
    bool closed = false;
    ledger::Seq decision_seq = 0;       // closed
    SourceVerdict verdict = SourceVerdict::Quarantined;
    std::string ticket_no;
    std::vector<ledger::Seq> seqs;      // of the records
    std::optional<base::Error> reason;  // not closed: why it failed again
    bool undecided = false;             // not closed, and nothing was noted: `reason` is an error of fix(), replay(), discard()
};

/// Thread-safety: one thread.
class QuarantineDesk {
public:
    explicit QuarantineDesk(QuarantineServices services) : services_(std::move(services)) {}

    /// Errors: NotFound (no open item of that id), ParameterInvalid (too many changes), SourceUnknown (no adapter),
    /// LedgerErased (the raw bytes are gone), what is still wrong with the item; the store's.
    base::Result<QuarantineDecided> fix(
        std::uint64_t id, std::vector<kit::ItemPatch> patches, const QuarantineOrder& order
    );
    /// Errors: as fix(), but an item that fails again is no error.
    base::Result<QuarantineDecided> replay(std::uint64_t id, const QuarantineOrder& order);
    /// Each of them, in the order of `ids`; a refusal stands in its `reason`. Every message is decoded once.
    std::vector<QuarantineDecided> replay(
        const std::vector<std::uint64_t>& ids, const QuarantineOrder& order
    );
    base::Result<QuarantineDecided> discard(std::uint64_t id, const QuarantineOrder& order);

    /// The item's raw bytes as they came, at most `bytes_max`. Errors: NotFound, LedgerErased, the store's.
    base::Result<std::string> raw(std::uint64_t id, std::size_t bytes_max, const QuarantineOrder& order);

private:
    struct Work;
    base::Result<ledger::QuarantineRow> openRow(std::uint64_t id);
    base::Result<std::vector<Work>> readapt(
        const std::vector<ledger::QuarantineRow>& rows, std::vector<kit::ItemPatch> patches
    );
    base::Result<QuarantineDecided> mend(Work& work, bool fixing, const QuarantineOrder& order);
    base::Status decideOne(
        ledger::Transaction& transaction, Work& work, bool fixing, QuarantineDecided& decided
    );
    base::Status decideRest(
        Work& work, bool fixing, const QuarantineOrder& order, QuarantineDecided& decided
    );
    base::Result<std::size_t> decideChunk(
        ledger::Transaction& transaction, Work& work, std::size_t begin, bool fixing,
        QuarantineDecided& decided
    );
    base::Status keepOpen(
        ledger::Transaction& transaction, const Work& work, bool fixing, base::Error error,
        QuarantineDecided& decided
    );
    void tellWhenEmpty(const std::string& source);

    QuarantineServices services_;
};

}  // namespace yht::intake
