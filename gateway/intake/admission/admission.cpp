#include "gateway/intake/admission/admission.h"

#include <algorithm>

namespace yht::intake {
namespace {

bool nothingToDecide(const PreparedMessage& message) {
    return std::all_of(message.items.begin(), message.items.end(), [](const PreparedItem& item) {
        return item.refusal.has_value();
    });
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

}  // namespace

Admission::Admission(
    ledger::Store& store, base::Random& random, LedgerUse use, DecisionObserver observer
)
    : store_(store), random_(random), use_(use), observer_(std::move(observer)) {}

base::Result<SubmissionAnswer> Admission::submitRecords(const trust::VerifiedMessage& message) {
    if (const auto may = mayWrite(use_, message.speaker()); !may.ok()) return countRefused(1, may.error());
    return submit(prepare(message, random_));
}

base::Result<SubmissionAnswer> Admission::submitRecords(
    const trust::VerifiedMessage& message, const rapidjson::Value& body
) {
    if (const auto may = mayWrite(use_, message.speaker()); !may.ok()) return countRefused(1, may.error());
    return submit(prepare(message, body, random_));
}

base::Result<SubmissionAnswer> Admission::submit(base::Result<PreparedMessage> prepared) {
    if (!prepared.ok()) return countRefused(1, prepared.error());
    const std::size_t items = prepared->items.size();
    base::Result<Decisions> decisions = decideDurably(*prepared);
    if (!decisions.ok()) return countRefused(items, std::move(decisions).error());
    // Counted before the receipts are made: what is durable counts, whatever happens to the answer.
    count(*decisions);
    if (observer_) observer_(*prepared, decisions->items);
    return withReceipts(*prepared, *std::move(decisions));
}

base::Result<Decisions> Admission::decideDurably(const PreparedMessage& message) {
    if (nothingToDecide(message)) return refusalsOf(message);
    Decisions decisions;
    const base::Status committed =
        store_.run([&](ledger::Transaction& transaction) -> base::Status {
            base::Result<Decisions> decided = decide(transaction, message);
            if (!decided.ok()) return std::move(decided).error();
            decisions = *std::move(decided);
            return {};
        });
    if (!committed.ok()) return committed.error();
    if (!decisions.replay_of) return decisions;
    const base::Result<std::unique_ptr<ledger::Snapshot>> snapshot = store_.snapshot();
    if (!snapshot.ok()) return snapshot.error();
    ReplayAnswers replay(**snapshot, *decisions.replay_of);
    for (const PreparedItem& item : message.items) decisions.items.push_back(replay.answer(item));
    return decisions;
}

/// Receipts of everything that stands in the ledger, built together: they share nodes and
/// checkpoints.
base::Result<SubmissionAnswer> Admission::withReceipts(
    const PreparedMessage& message, Decisions decisions
) {
    SubmissionAnswer answer{
        .array = message.array, .items = {}, .message_seq = decisions.message_seq};
    std::vector<ledger::ReceiptRequest> requests;
    for (std::size_t i = 0; i < decisions.items.size(); ++i) {
        const ItemDecision& item = decisions.items[i];
        if (item.verdict == ItemVerdict::Refused) continue;
        const bool is_new = item.verdict != ItemVerdict::Duplicate;
        requests.push_back({item.seq, is_new ? message.items[i].salt : base::Bytes()});
    }
    std::vector<ledger::Receipt> receipts;
    if (!requests.empty()) {
        base::Result<std::vector<ledger::Receipt>> made = store_.receipts(requests);
        if (!made.ok()) return std::move(made).error();
        receipts = *std::move(made);
    }
    std::size_t next = 0;
    for (ItemDecision& decision : decisions.items) {
        ItemAnswer& item = answer.items.emplace_back();
        item.verdict = decision.verdict;
        item.error = std::move(decision.error);
        item.ticket_no = std::move(decision.ticket_no);
        item.seq = decision.seq;
        if (item.verdict != ItemVerdict::Refused) item.receipt = std::move(receipts.at(next++));
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
            case ItemVerdict::Created:
                ++counters_.created;
                break;
            case ItemVerdict::Stale:
                ++counters_.stale;
                break;
            case ItemVerdict::Duplicate:
                ++counters_.duplicate;
                break;
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
