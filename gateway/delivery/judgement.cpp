// The courier's judgement: what each answer of a far side makes of the rows, the counters and the
// log.
#include <algorithm>
#include <map>

#include "adapters/kit/retry_after.h"
#include "gateway/delivery/courier.h"

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

/// One answer for every record sent, and no other: anything else is no answer.
bool answersAll(const Pick& pick, const kit::BatchAnswer& answer) {
    if (answer.records.size() != pick.parcels.size()) return false;
    std::set<ledger::Seq> answered;
    for (const auto& record : answer.records) answered.insert(record.seq);
    return answered.size() == pick.parcels.size() &&
           std::all_of(pick.parcels.begin(), pick.parcels.end(), [&](const Parcel& parcel) {
               return answered.contains(parcel.row.seq);
           });
}

std::vector<const Parcel*> allOf(const Pick& pick) {
    std::vector<const Parcel*> parcels;
    for (const Parcel& parcel : pick.parcels) parcels.push_back(&parcel);
    return parcels;
}

/// What the far side asks for is bounded here once more, whatever spoke to it; a window that was
/// announced to us is our own knowledge.
std::int64_t pauseMillis(const kit::BatchAnswer& answer) {
    const std::int64_t max_ms = answer.announced ? kPauseMillisMax : kit::kRetryAfterMillisMax;
    return std::clamp<std::int64_t>(answer.retry_after_ms, 0, max_ms);
}

std::string shorten(const std::string& text) {
    return text.substr(0, 64);
}

}  // namespace

Settlement Courier::judge(const Pick& pick, const kit::BatchAnswer& answer) {
    Settlement settlement;
    settlement.far_side = options_.far_side;
    settlement.batch_id = pick.batch_id;
    settlement.sent_ms = answer.sent_ms;
    settlement.acknowledged_ms = answer.answered_ms;
    settlement.now_ms = clock_.nowMillis();
    if (answer.verdict == kit::BatchVerdict::Answered && !answersAll(pick, answer)) {
        kit::BatchAnswer unusable = answer;
        unusable.verdict = kit::BatchVerdict::Unknown;
        unusable.error = base::ErrorCode::PeerAnswerInvalid;
        noteBatch(unusable);
        putBack(pick, allOf(pick), unusable, settlement);
        return settlement;
    }
    if (isRefusedForGood(pick, answer)) {
        kit::RecordAnswer refused;
        refused.verdict = kit::RecordVerdict::Refused;
        refused.code = "request_refused";
        judgeRecord(pick, pick.parcels.front(), refused, settlement);
        settlement.exchange = makeExchange(answer.request_bytes, answer.response_bytes);
        return settlement;
    }
    const auto parcels = endUnmappable(pick, answer, settlement);
    if (parcels.empty()) {
        // Nothing was sent, so that nothing was learnt of the far side.
        settlement.sent_ms = settlement.acknowledged_ms = 0;
        const std::lock_guard lock(mutex_);
        breaker_.withdrawProbe();
        return settlement;
    }
    if (answer.nothing_sent) {
        settlement.sent_ms = settlement.acknowledged_ms = 0;
        const std::lock_guard lock(mutex_);
        breaker_.withdrawProbe();
    } else {
        noteBatch(answer);
    }
    if (answer.verdict != kit::BatchVerdict::Answered) {
        putBack(pick, parcels, answer, settlement);
        return settlement;
    }
    std::map<ledger::Seq, const kit::RecordAnswer*> by_seq;
    for (const auto& record : answer.records) by_seq.emplace(record.seq, &record);
    for (const Parcel* parcel : parcels) {
        judgeRecord(pick, *parcel, *by_seq.at(parcel->row.seq), settlement);
    }
    if (!settlement.items.empty() && !answer.nothing_sent) {
        settlement.exchange = makeExchange(answer.request_bytes, answer.response_bytes);
        settlement.exchange_salt = random_.bytes(ledger::kSaltBytes);
    }
    return settlement;
}

/// A request of one record that is refused as a whole may be the record's fault or our own, a
/// credential that ran out: only a far side that answers others meanwhile makes it the record's.
bool Courier::isRefusedForGood(const Pick& pick, const kit::BatchAnswer& answer) {
    const bool refused = answer.error == base::ErrorCode::PeerRefused && !answer.stops;
    const bool nothing_taken =
        answer.verdict == kit::BatchVerdict::Busy || answer.verdict == kit::BatchVerdict::NotSent;
    const DeliveryRow& row = pick.parcels.front().row;
    const bool alone = pick.parcels.size() == 1 && row.attempts > kTogetherAttemptsMax;
    if (!refused || !nothing_taken || !alone || pick.repeat) return false;
    const std::lock_guard lock(mutex_);
    if (suspects_.size() >= kSuspectsMax) suspects_.clear();
    Suspect& suspect = suspects_[row.seq];
    if (suspect.refusals > 0 && suspect.answered_before == answered_) return false;
    suspect.answered_before = answered_;
    if (++suspect.refusals < kAloneRefusalsMax) return false;
    suspects_.erase(row.seq);
    breaker_.success();
    return true;
}

/// What could not be put into the far side's form was left out of the request: it ends, whatever
/// became of the others. Returns the others.
std::vector<const Parcel*> Courier::endUnmappable(
    const Pick& pick, const kit::BatchAnswer& answer, Settlement& settlement
) {
    std::map<ledger::Seq, const kit::RecordAnswer*> unmappable;
    for (const auto& record : answer.records) {
        if (record.verdict == kit::RecordVerdict::Unmappable)
            unmappable.emplace(record.seq, &record);
    }
    std::vector<const Parcel*> others;
    for (const Parcel& parcel : pick.parcels) {
        const auto found = unmappable.find(parcel.row.seq);
        if (found == unmappable.end()) {
            others.push_back(&parcel);
        } else {
            judgeRecord(pick, parcel, *found->second, settlement);
        }
    }
    return others;
}

void Courier::judgeRecord(
    const Pick& pick, const Parcel& parcel, const kit::RecordAnswer& answer, Settlement& settlement
) {
    if (answer.verdict == kit::RecordVerdict::Later) {
        DeliveryRow row = parcel.row;
        row.state = DeliveryState::Ready;
        row.batch_id.clear();
        const bool asked = pick.repeat && destination_.resend() == kit::Resend::QueryFirst;
        // A query that finds nothing says that the record may go at once.
        row.reason = asked ? "" : "later" + (answer.code.empty() ? "" : ":" + shorten(answer.code));
        row.next_ms = asked ? 0
                            : settlement.now_ms + backOffMillis(
                                                      row.attempts, kRowBackOffFirstMillis,
                                                      kRowBackOffMillisMax, random_
                                                  );
        settlement.put_back.push_back(std::move(row));
        return;
    }
    SettledItem item = settledItem(parcel, options_.far_side.party, random_);
    switch (answer.verdict) {
        case kit::RecordVerdict::Accepted:
            item.verdict = Verdict::Accepted;
            break;
        case kit::RecordVerdict::Duplicate:
            item.verdict = Verdict::Duplicate;
            break;
        case kit::RecordVerdict::Unmappable:
            item.verdict = Verdict::Unmappable;
            break;
        case kit::RecordVerdict::Withheld:
            item.verdict = Verdict::Withheld;
            break;
        default:
            item.verdict = Verdict::Refused;
            break;
    }
    item.code = item.verdict == Verdict::Unmappable
                    ? base::errorRow(base::ErrorCode::MappingFailed).wire
                    : answer.code;
    item.peer_number = answer.peer_number;
    item.peer_receipt = answer.peer_receipt;
    item.fields = answer.fields;
    settlement.items.push_back(std::move(item));
}

/// No answer for the batch. What may have reached the far side stays unknown under its batch id;
/// what can't have is ready again.
void Courier::putBack(
    const Pick& pick, const std::vector<const Parcel*>& parcels, const kit::BatchAnswer& answer,
    Settlement& settlement
) {
    const bool unknown = pick.repeat || answer.verdict == kit::BatchVerdict::Unknown;
    // One of them is to blame and the far side knows: no need to find out that it is not the time that mends it.
    const std::uint32_t attempts_min = answer.one_by_one ? kTogetherAttemptsMax : 0;
    const std::uint32_t attempt = std::max(attempts_min, parcels.front()->row.attempts + (pick.repeat ? 1 : 0));
    std::int64_t wait_ms = pauseMillis(answer);
    if (!answer.one_by_one) {
        const bool lost = answer.verdict == kit::BatchVerdict::Unknown;
        wait_ms = std::max(
            wait_ms, backOffMillis(
                         std::max(attempt, 1U), kRowBackOffFirstMillis,
                         lost ? kRowBackOffMillisMax : kBatchBackOffMillisMax, random_
                     )
        );
    }
    const bool alone = unknown && destination_.resend() == kit::Resend::Idempotent &&
                       parcels.size() > 1 && attempt >= kTogetherAttemptsMax;
    const std::string wire = base::errorRow(answer.error).wire;
    std::size_t index = 0;
    for (const Parcel* parcel : parcels) {
        DeliveryRow row = parcel->row;
        row.attempts = std::max(attempts_min, row.attempts + (pick.repeat ? 1 : 0));
        row.next_ms = settlement.now_ms + wait_ms;
        row.state = unknown ? DeliveryState::Unknown : DeliveryState::Ready;
        if (unknown) {
            AttemptPlan plan = parcel->plan;
            plan.error = wire;
            plan.count = alone ? 1 : parcels.size();
            row.batch_id = alone ? pick.batch_id + "-" + std::to_string(++index) : pick.batch_id;
            row.reason = encodePlan(plan);
        } else {
            row.batch_id.clear();
            row.reason = wire;
        }
        settlement.put_back.push_back(std::move(row));
    }
}

void Courier::noteBatch(const kit::BatchAnswer& answer) {
    // A request that is refused for what is in it was understood: the far side is well.
    if (answer.verdict == kit::BatchVerdict::Answered || answer.one_by_one) {
        noteEnd();
        return;
    }
    const std::int64_t pause_ms = pauseMillis(answer);
    {
        const std::lock_guard lock(mutex_);
        if (answer.announced) return breaker_.pauseForMaintenance(pause_ms);
        switch (answer.verdict) {
            case kit::BatchVerdict::NotSent:
                ++counters_.not_sent;
                break;
            case kit::BatchVerdict::Busy:
                ++counters_.busy;
                break;
            default:
                ++counters_.lost;
                break;
        }
        if (pause_ms > 0) breaker_.pauseFor(pause_ms);
        if (answer.stops) {
            breaker_.trip();
        } else if (pause_ms == 0) {
            breaker_.failure();
        }
    }
    noteTrouble(base::errorRow(answer.error).wire, answer.error_detail);
}

/// One line when trouble begins, one when it ends; between them only where it turns out to be one of certificates.
void Courier::noteTrouble(const std::string& wire, const std::string& detail) {
    bool begins = false;
    {
        const std::lock_guard lock(mutex_);
        const bool another = counters_.last_error != wire && wire.starts_with("certificate.");
        counters_.last_error = wire;
        counters_.last_error_ms = clock_.nowMillis();
        ++trouble_count_;
        begins = !trouble_since_ms_ || another;
        if (!trouble_since_ms_) trouble_since_ms_ = counters_.last_error_ms;
    }
    if (begins && logger_) {
        logger_("delivery " + id() + ": trouble begins 投递出现故障: " + wire + (detail.empty() ? "" : " (" + detail + ")"));
    }
}

void Courier::noteEnd() {
    std::string line;
    {
        const std::lock_guard lock(mutex_);
        breaker_.success();
        ++answered_;
        counters_.last_success_ms = clock_.nowMillis();
        if (trouble_since_ms_) {
            line = "delivery " + id() + ": trouble ends 投递恢复, after 历时 " +
                   std::to_string((counters_.last_success_ms - *trouble_since_ms_) / 1000) +
                   " s 秒, failures 失败次数 " + std::to_string(trouble_count_);
        }
        trouble_since_ms_.reset();
        trouble_count_ = 0;
    }
    if (!line.empty() && logger_) logger_(line);
}

void Courier::count(const Settlement& settlement, const SettlementReport& report) {
    const std::lock_guard lock(mutex_);
    if (settlement.sent_ms != 0) ++counters_.batches;
    for (const SettledItem& item : settlement.items) {
        switch (item.verdict) {
            case Verdict::Accepted:
                ++counters_.accepted;
                break;
            case Verdict::Duplicate:
                ++counters_.duplicate;
                break;
            case Verdict::Refused:
                ++counters_.refused;
                break;
            case Verdict::Unmappable:
                ++counters_.unmappable;
                break;
            case Verdict::Stale:
                ++counters_.stale;
                break;
            case Verdict::Withheld:
                ++counters_.withheld;
                break;
        }
    }
    for (const DeliveryRow& row : settlement.put_back) {
        if (row.reason.starts_with("later")) ++counters_.later;
    }
    counters_.alias_conflicts += report.alias_conflicts;
}

}  // namespace yht::delivery
