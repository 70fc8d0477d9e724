// One message in a source's own format on its way into the ledger: items are gathered into batches, each decided in a
// commit of its own. What source_messages.h promises of repeats and crashes is kept here.
// Uses: source_decide, source_answer, arrival. Used by: source_messages only.
#pragma once

#include <limits>
#include <memory>

#include "gateway/intake/admission/arrival.h"
#include "gateway/intake/admission/source_messages.h"

namespace yht::intake {

/// Used once, by one thread.
class SourceRun {
public:
    /// References must outlive it.
    SourceRun(
        ledger::Store& store, base::Random& random, const trust::VerifiedMessage& message,
        const kit::Adapter& adapter, const SourceMessageContext& context
    );
    SourceRun(const SourceRun&) = delete;  // what it prepares asks it for the message's payload
    SourceRun& operator=(const SourceRun&) = delete;

    /// Errors: as SourceMessages::submitMessage(); commits before the error stand.
    base::Result<SourceSubmission> run();

    /// What run() has put into the ledger's account, also where it ended with an error.
    const ledger::SourceAccount& counted() const { return counted_; }
    /// It brought the first open item of a source that had none.
    bool beganTrouble() const { return began_trouble_; }

private:
    static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

    /// What the ledger has of this message already.
    struct Known {
        std::optional<std::string> kept_answer;
        std::optional<ledger::Seq> first;  // the entry of the message with the same signature
        std::optional<std::uint64_t> unfinished_from;
    };
    struct Batch {
        std::vector<SourceItemAnswer> items;
        ledger::SourceAccount account;
        std::optional<Known> known;  // nothing was done: the message is one that came before
        ledger::Seq message_seq = 0;
        bool began_trouble = false;
        std::vector<Blank> to_blank;  // of erased tickets, not blanked yet
        bool kept_too_much = false;   // they stand in the entry that this batch appended: it must be undone
    };

    base::Result<Known> lookUp(ledger::View& view) const;
    base::Status learn(Known known);
    bool take(SourceItem item);
    base::Status commit(bool last);
    std::vector<SourceItemAnswer> repeatedItems();
    base::Status decideBatch(
        ledger::Transaction& transaction, bool last, const std::vector<SourceItemAnswer>& repeated,
        Batch& batch
    );
    base::Status checkNobodyElse(ledger::View& view) const;
    base::Result<SourceItemAnswer> decideNext(
        ledger::Transaction& transaction, Decider& decider, const SourceItem& item, Batch& batch
    );
    Blank sliceOf(const SourceItem& item) const;
    bool isBlanked(const Blank& slice) const;
    bool withoutBody() const;
    void blank(const std::vector<Blank>& slices);
    base::Bytes payload() const;
    base::Status blankErasedAhead();
    kit::MessageContext adapting() const;
    Arrival newestOfBatch() const;
    base::Status note(ledger::Transaction& transaction, bool last, Batch& batch);
    void merge(SourceSubmission& submission, const Batch& batch) const;
    base::Result<SourceSubmission> answerAsKept();
    SourceItemAnswer repeatedItem(const SourceItem& item);

    ledger::Store& store_;
    base::Random& random_;
    const trust::VerifiedMessage& message_;
    const kit::Adapter& adapter_;
    const SourceMessageContext& context_;
    const SourceItems maker_;
    const std::int32_t day_;
    base::Bytes key_digest_, body_digest_;  // "" without a key

    PreparedMessage prepared_;
    std::vector<Blank> blanks_;  // of what the entry keeps, ascending
    std::vector<SourceItem> batch_;
    std::size_t batch_records_ = 0;
    std::uint64_t next_index_ = 0;
    std::optional<std::uint64_t> decided_to_;  // as the table of unfinished messages has it
    CarriedTickets carried_;
    bool began_ = false;  // a batch is committed
    bool too_many_ = false;
    std::optional<base::Error> fault_;

    // A message that came before: items below `repeated_below_` are answered from it.
    std::uint64_t repeated_below_ = 0;
    std::unique_ptr<ledger::Snapshot> snapshot_;
    std::unique_ptr<ReplayAnswers> first_answers_;
    std::optional<std::string> kept_answer_;

    SourceSubmission submission_;
    ledger::SourceAccount counted_;
    bool began_trouble_ = false;
};

}  // namespace yht::intake
