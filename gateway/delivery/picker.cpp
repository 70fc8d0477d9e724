#include "gateway/delivery/picker.h"

#include <algorithm>
#include <limits>
#include <map>

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

constexpr std::size_t kSideRowsMax =
    1'000;  // holds and ends that one pick may carry beside its batch
constexpr std::size_t kWindowSlack = 64;

/// A row that stands in the way of later entries of its ticket at this moment.
bool blocks(const DeliveryRow& row, base::UnixMillis now_ms) {
    switch (row.state) {
        case DeliveryState::InFlight:
        case DeliveryState::Unknown:
            return true;
        case DeliveryState::Ready:
            return row.next_ms > now_ms;
        case DeliveryState::Held:
        case DeliveryState::Dead:
            return false;
    }
    return false;
}

DeliveryRow held(DeliveryRow row, std::string reason) {
    row.state = DeliveryState::Held;
    row.reason = std::move(reason);
    return row;
}

DeliveryRow putOff(DeliveryRow row, base::UnixMillis until_ms) {
    row.next_ms = until_ms;
    row.reason = kWaitsForAttachments;
    return row;
}

DeliveryRow renewedRow(DeliveryRow row) {
    row.state = DeliveryState::Ready;
    row.next_ms = 0;
    row.batch_id.clear();
    row.reason.clear();
    return row;
}

SettledItem endedUnsent(const DeliveryRow& row, base::ErrorCode code, base::Random& random) {
    SettledItem item;
    item.row = row;
    item.verdict = Verdict::Unmappable;
    item.code = base::errorRow(code).wire;
    item.salt = random.bytes(ledger::kSaltBytes);
    return item;
}

/// Batches with this row were refused as a whole, again and again: perhaps on account of it.
bool isSuspect(const DeliveryRow& row) {
    return row.attempts >= kTogetherAttemptsMax &&
           row.reason == base::errorRow(base::ErrorCode::PeerRefused).wire;
}

/// Errors of one record that no later attempt can heal; anything else is the store's trouble.
bool isLasting(base::ErrorCode code) {
    return code == base::ErrorCode::LedgerErased || code == base::ErrorCode::LedgerCorrupt ||
           code == base::ErrorCode::RecordInvalid || code == base::ErrorCode::NotFound;
}

std::map<std::string, std::vector<DeliveryRow>> byBatch(std::vector<DeliveryRow> rows) {
    std::map<std::string, std::vector<DeliveryRow>> groups;
    for (DeliveryRow& row : rows) groups[row.batch_id].push_back(std::move(row));
    for (auto& [batch_id, group] : groups) {
        std::sort(group.begin(), group.end(), [](const DeliveryRow& a, const DeliveryRow& b) {
            return a.seq < b.seq;
        });
    }
    return groups;
}

/// So that a poisoned batch does not stand before the others for ever.
std::vector<std::vector<DeliveryRow>> longestDueFirst(
    std::map<std::string, std::vector<DeliveryRow>> groups
) {
    std::vector<std::vector<DeliveryRow>> ordered;
    for (auto& [batch_id, group] : groups) ordered.push_back(std::move(group));
    std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
        return std::pair(a.front().next_ms, a.front().seq) <
               std::pair(b.front().next_ms, b.front().seq);
    });
    return ordered;
}

std::size_t freeRows(const std::vector<DeliveryRow>& rows, const Picker::Busy& busy) {
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
        return !busy.contains(orderKey(row));
    }));
}

bool isWhole(const std::vector<DeliveryRow>& group) {
    const auto plan = decodePlan(group.front().reason);
    return plan && plan->count == group.size();
}

}  // namespace

std::string orderKey(const DeliveryRow& row) {
    return row.ticket_no.empty() ? "#" + std::to_string(row.seq) : row.ticket_no;
}

std::int64_t Picker::lateAfterMillis() const {
    return options_.late_after_ms > 0 ? options_.late_after_ms : destination_.lateAfterMillis();
}

Pick Picker::pick(ledger::View& view, const Busy& busy, const PickBounds& bounds) const {
    const bool repeats = destination_.resend() != kit::Resend::Operator;
    // A probe should succeed if anything can: a batch that has failed before goes second.
    if (bounds.probe || !repeats) {
        Pick ready = pickReady(view, busy, bounds);
        return ready.empty() && repeats ? pickUnknown(view, busy) : ready;
    }
    Pick unknown = pickUnknown(view, busy);
    return unknown.empty() ? pickReady(view, busy, bounds) : unknown;
}

Pick Picker::pickUnknown(ledger::View& view, const Busy& busy) const {
    const std::string& id = options_.far_side.id;
    auto due =
        view.deliveries(id, DeliveryState::Unknown, clock_.nowMillis(), kBatchMax * kLanesMax);
    if (due.empty()) return {};
    for (auto& group : longestDueFirst(byBatch(std::move(due)))) {
        const auto isBusy = [&](const DeliveryRow& row) { return busy.contains(orderKey(row)); };
        if (std::any_of(group.begin(), group.end(), isBusy)) continue;
        const std::string batch_id = group.front().batch_id;
        if (!isWhole(group)) {
            // The window may have cut it; a batch of which an operator took rows away is never
            // whole again.
            auto all = byBatch(view.deliveries(
                id, DeliveryState::Unknown, std::numeric_limits<base::UnixMillis>::max(),
                kUnknownRowsMax
            ));
            group = all[batch_id];
            if (group.empty()) continue;
        }
        Pick pick;
        pick.batch_id = batch_id;
        pick.repeat = true;
        if (!isWhole(group) || !fill(view, group, pick)) {
            pick.parcels.clear();
            for (const DeliveryRow& row : group) {
                const bool ended =
                    std::any_of(pick.settled.begin(), pick.settled.end(), [&](const auto& item) {
                        return item.row.seq == row.seq;
                    });
                if (!ended) pick.renewed.push_back(renewedRow(row));
            }
        }
        return pick;
    }
    return {};
}

/// False where the batch can't be made again as it was: a payload is gone, or a ticket became 保密
/// since.
bool Picker::fill(ledger::View& view, const std::vector<DeliveryRow>& group, Pick& pick) const {
    bool same = true;
    for (const DeliveryRow& row : group) {
        auto parcel = remakeParcel(view, row);
        if (!parcel.ok()) {
            same = false;
            if (isLasting(parcel.error().code)) {
                pick.settled.push_back(endedUnsent(row, parcel.error().code, random_));
            }
            continue;
        }
        const bool unmasked = options_.mask_secret && !parcel->plan.masked;
        if (unmasked && isSecret(view, row, parcel->out.record, clock_.nowMillis())) same = false;
        pick.parcels.push_back(std::move(*parcel));
    }
    return same;
}

Pick Picker::pickReady(ledger::View& view, const Busy& busy, const PickBounds& bounds) const {
    const std::size_t count_max = bounds.count_max;
    Pick pick;
    Busy seen = busy;
    const auto full = [&] {
        const bool alone = !pick.parcels.empty() && isSuspect(pick.parcels.front().row);
        return alone || pick.bytes_reached || pick.parcels.size() >= count_max ||
               pick.holds.size() + pick.settled.size() >= kSideRowsMax;
    };
    for (std::size_t window = count_max + kWindowSlack;; window *= 4) {
        const auto rows =
            view.deliveries(options_.far_side.id, DeliveryState::Ready, clock_.nowMillis(), window);
        if (pick.empty() && rows.size() < window && freeRows(rows, busy) < bounds.count_min) return {};
        for (const DeliveryRow& row : rows) {
            if (full()) break;
            if (isSuspect(row) && !pick.parcels.empty()) continue;
            if (!seen.insert(orderKey(row)).second) continue;
            if (row.ticket_no.empty() || !destination_.keepsOrder()) {
                addParcel(view, row, pick);
            } else {
                pickFromTicket(view, row, pick);
            }
        }
        if (full() || rows.size() < window || window >= kWindowRowsMax) break;
    }
    std::sort(pick.parcels.begin(), pick.parcels.end(), [](const Parcel& a, const Parcel& b) {
        return a.row.seq < b.row.seq;
    });
    if (!pick.parcels.empty()) pick.batch_id = base::toHex(random_.bytes(16));
    return pick;
}

void Picker::pickFromTicket(ledger::View& view, const DeliveryRow& seen, Pick& pick) const {
    const auto rows = view.deliveriesOf(options_.far_side.id, seen.ticket_no);
    std::optional<ledger::Seq> blocker;
    for (const DeliveryRow& row : rows) {
        if (row.state == DeliveryState::Dead || row.state == DeliveryState::Held) continue;
        if (blocker) {
            if (row.state == DeliveryState::Ready)
                pick.holds.push_back(held(row, orderReason(*blocker)));
            continue;
        }
        if (blocks(row, clock_.nowMillis())) {
            blocker = row.seq;
            continue;
        }
        if (const auto need = missing(view, row)) {
            pick.holds.push_back(held(row, waitReason(view, row.ticket_no, *need)));
            continue;
        }
        if (putsOff(view, row, pick)) {
            blocker = row.seq;
            continue;
        }
        if (addParcel(view, row, pick)) return;
    }
}

bool Picker::putsOff(ledger::View& view, const DeliveryRow& row, Pick& pick) const {
    const auto now_ms = clock_.nowMillis();
    const auto& first = options_.attachments_first;
    if (!waitsForAttachments(view, first, row, now_ms)) return false;
    // What 保密 keeps from the far side will not come.
    if (options_.mask_secret && isSecret(view, row.ticket_no, now_ms)) return false;
    pick.holds.push_back(putOff(row, std::min(now_ms + kAttachmentsPollMillis, row.committed_ms + first.wait_max_ms)));
    return true;
}

std::optional<ticket::Kind> Picker::missing(ledger::View& view, const DeliveryRow& row) const {
    const auto kind = static_cast<ticket::Kind>(row.kind);
    const auto& dependencies = destination_.dependencies();
    if (!missingKind(dependencies, kind, memory_.recall(row.ticket_no))) return std::nullopt;
    const ticket::KindSet there = kindsThere(view, options_.far_side, row.ticket_no);
    memory_.learn(row.ticket_no, there);
    return missingKind(dependencies, kind, there);
}

/// False when the record ended here and the next of its ticket may go instead. True where it goes
/// out, and where it may not yet be overtaken.
bool Picker::addParcel(ledger::View& view, const DeliveryRow& row, Pick& pick) const {
    auto parcel = makeParcel(
        view, row,
        {.mask_secret = options_.mask_secret,
         .late_after_ms = lateAfterMillis(),
         .now_ms = clock_.nowMillis(),
         .dispatches = options_.dispatches,
         .mode_of_source = options_.mode_of_source,
         .opened = options_.opened.get()}
    );
    if (!parcel.ok()) {
        if (!isLasting(parcel.error().code)) return true;
        pick.settled.push_back(endedUnsent(row, parcel.error().code, random_));
        return false;
    }
    const bool stale = isStale(view, *parcel);
    auto fit = stale ? kit::RecordFit{} : destination_.check(parcel->out);
    if (!stale && fit.errors.empty()) {
        pick.bytes_reached =
            !pick.parcels.empty() && pick.bytes + fit.bytes > destination_.batchBytesMax();
        if (pick.bytes_reached) return true;
        pick.bytes += fit.bytes;
        parcel->out.made = std::move(fit.made);
        pick.parcels.push_back(std::move(*parcel));
        return true;
    }
    SettledItem ended = settledItem(*parcel, options_.far_side.party, random_);
    ended.verdict = stale ? Verdict::Stale : Verdict::Unmappable;
    ended.fields = std::move(fit.errors);
    if (!stale) ended.code = base::errorRow(base::ErrorCode::MappingFailed).wire;
    pick.settled.push_back(std::move(ended));
    return false;
}

}  // namespace yht::delivery
