#include "gateway/intake/admission/admission.h"

#include <algorithm>

namespace yht::intake {
namespace {

using base::ErrorCode;

bool nothingToDecide(const PreparedMessage& message) {
    return std::all_of(message.items.begin(), message.items.end(),
                       [](const PreparedItem& item) { return item.refusal.has_value(); });
}

Decisions refusalsOf(const PreparedMessage& message) {
    Decisions decisions;
    for (const PreparedItem& item : message.items) {
        ItemDecision decision;
        decision.error = item.refusal;
        decisions.items.push_back(std::move(decision));
    }
    return decisions;
}

/// Refused for what the sender sent, not for what we lacked: sending it again later must stay possible then.
bool refusedForGood(const ItemDecision& item) {
    return item.verdict == ItemVerdict::Refused && item.error &&
           item.error->row().retry != base::Retry::Later;
}

}  // namespace

Admission::Admission(ledger::Store& store, const base::Clock& clock, base::Random& random)
    : store_(store), clock_(clock), random_(random) {}

base::Result<SubmissionAnswer> Admission::submitRecords(const trust::VerifiedMessage& message) {
    const base::Result<PreparedMessage> prepared = prepare(message, random_);
    if (!prepared.ok()) return countRefused(1, prepared.error());
    const std::size_t items = prepared->items.size();
    if (refused_keys_.contains(prepared->replay_key, clock_.steadyMillis())) {
        return countRefused(items, base::makeError(ErrorCode::ReplayRefused));
    }
    base::Result<Decisions> decisions = decideDurably(*prepared);
    if (!decisions.ok()) return countRefused(items, std::move(decisions).error());
    if (!decisions->replay_of) rememberIfRefused(*prepared, *decisions);
    // Counted before the receipts are made: what is durable counts, whatever happens to the answer.
    count(*decisions);
    return withReceipts(*prepared, *std::move(decisions));
}

base::Result<Decisions> Admission::decideDurably(const PreparedMessage& message) {
    if (nothingToDecide(message)) return refusalsOf(message);
    Decisions decisions;
    const base::Status committed = store_.run([&](ledger::Transaction& transaction) -> base::Status {
        base::Result<Decisions> decided = decide(transaction, message);
        if (!decided.ok()) return std::move(decided).error();
        decisions = *std::move(decided);
        return {};
    });
    if (!committed.ok()) return committed.error();
    if (!decisions.replay_of) return decisions;
    const base::Result<std::unique_ptr<ledger::Snapshot>> snapshot = store_.snapshot();
    if (!snapshot.ok()) return snapshot.error();
    decisions.items = answerReplay(**snapshot, message, *decisions.replay_of);
    return decisions;
}

void Admission::rememberIfRefused(const PreparedMessage& message, const Decisions& decisions) {
    if (message.replay_key.empty()) return;
    if (std::all_of(decisions.items.begin(), decisions.items.end(), refusedForGood)) {
        refused_keys_.add(message.replay_key, clock_.steadyMillis());
    }
}

base::Result<SubmissionAnswer> Admission::withReceipts(const PreparedMessage& message,
                                                       Decisions decisions) {
    SubmissionAnswer answer{.array = message.array, .items = {}, .message_seq = decisions.message_seq};
    std::unique_ptr<ledger::Snapshot> snapshot;  // opened for the first receipt, shared by all
    for (ItemDecision& decision : decisions.items) {
        ItemAnswer item{.verdict = decision.verdict,
                        .error = std::move(decision.error),
                        .ticket_no = std::move(decision.ticket_no),
                        .seq = decision.seq,
                        .receipt = {}};
        if (item.verdict != ItemVerdict::Refused) {
            if (!snapshot) {
                base::Result<std::unique_ptr<ledger::Snapshot>> opened = store_.snapshot();
                if (!opened.ok()) return std::move(opened).error();
                snapshot = *std::move(opened);
            }
            base::Result<ledger::Receipt> receipt = snapshot->receipt(item.seq);
            if (!receipt.ok()) return std::move(receipt).error();
            item.receipt = *std::move(receipt);
        }
        answer.items.push_back(std::move(item));
    }
    return answer;
}

base::Error Admission::countRefused(std::size_t items, base::Error error) {
    const std::lock_guard lock(counters_mutex_);
    counters_.received += items;
    counters_.refused += items;
    counters_.refused_by_code[error.code] += items;
    return error;
}

void Admission::count(const Decisions& decisions) {
    const std::lock_guard lock(counters_mutex_);
    counters_.replayed_messages += decisions.replay_of ? 1 : 0;
    for (const ItemDecision& item : decisions.items) {
        ++counters_.received;
        switch (item.verdict) {
            case ItemVerdict::Created: ++counters_.created; break;
            case ItemVerdict::Stale: ++counters_.stale; break;
            case ItemVerdict::Duplicate: ++counters_.duplicate; break;
            case ItemVerdict::Refused:
                ++counters_.refused;
                if (item.error) ++counters_.refused_by_code[item.error->code];
                break;
        }
    }
}

AdmissionCounters Admission::counters() const {
    const std::lock_guard lock(counters_mutex_);
    return counters_;
}

}  // namespace yht::intake
