#include "gateway/delivery/status.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "gateway/delivery/parcel.h"

namespace yht::delivery {

namespace {

using ledger::DeliveryRow;
using ledger::DeliveryState;

constexpr base::UnixMillis kAnyTime = std::numeric_limits<base::UnixMillis>::max();
constexpr std::size_t kErrorRowsMax = 256;
constexpr std::size_t kScanMax = 4'096;

void addCount(DestinationStatus& status, const ledger::DeliveryCount& count) {
    switch (count.state) {
        case DeliveryState::Ready:
            status.ready = count.count;
            break;
        case DeliveryState::InFlight:
            status.in_flight = count.count;
            break;
        case DeliveryState::Held:
            status.held = count.count;
            return;
        case DeliveryState::Unknown:
            status.unknown = count.count;
            break;
        case DeliveryState::Dead:
            status.dead = count.count;
            return;
    }
    if (count.count == 0) return;
    auto& oldest_ms = status.oldest_committed_ms;
    oldest_ms =
        oldest_ms == 0 ? count.oldest_committed_ms : std::min(oldest_ms, count.oldest_committed_ms);
}

/// Outcome entries per destination within the window before `now_ms`.
std::unordered_map<std::string, std::uint64_t> recentOutcomes(
    ledger::View& view, base::UnixMillis now_ms
) {
    std::unordered_map<std::string, std::uint64_t> counts;
    const ledger::Seq last = view.lastSeq();
    ledger::Seq after = last > kRateEntriesMax ? last - kRateEntriesMax : 0;
    while (after < last) {
        const auto headers = view.scan(after, kScanMax);
        if (headers.empty()) break;
        for (const ledger::LeafHeader& header : headers) {
            const bool recent = header.committed_ms > now_ms - kRateWindowMillis;
            // Outcomes without a ticket are shared exchanges as a rule: calls are few enough to
            // leave out.
            if (header.type == ledger::EntryType::Outcome && recent && !header.ticket_no.empty()) {
                ++counts[header.source];
            }
        }
        after = headers.back().seq;
    }
    return counts;
}

/// Of the row that was tried most often, since its trouble lasts longest.
std::string lastError(ledger::View& view, const std::string& destination) {
    std::uint32_t most = 0;
    std::string wire;
    for (const DeliveryState state : {DeliveryState::Ready, DeliveryState::Unknown}) {
        for (const DeliveryRow& row :
             view.deliveries(destination, state, kAnyTime, kErrorRowsMax)) {
            if (row.attempts <= most || row.reason.empty()) continue;
            const auto plan = decodePlan(row.reason);
            const std::string error = plan ? plan->error : row.reason;
            if (error.empty()) continue;
            most = row.attempts;
            wire = error;
        }
    }
    return wire;
}

std::vector<DeadLetter> deadLetters(ledger::View& view, const std::string& destination) {
    std::vector<DeadLetter> letters;
    for (const DeliveryRow& row :
         view.deliveries(destination, DeliveryState::Dead, kAnyTime, kDeadLettersShownMax)) {
        letters.push_back(
            {.seq = row.seq,
             .ticket_no = row.ticket_no,
             .kind = static_cast<ticket::Kind>(row.kind),
             .attempts = row.attempts,
             .committed_ms = row.committed_ms,
             .reason = decodeDeadReason(row.reason)}
        );
    }
    std::sort(letters.begin(), letters.end(), [](const DeadLetter& a, const DeadLetter& b) {
        return a.seq < b.seq;
    });
    return letters;
}

std::int64_t drainSeconds(const DestinationStatus& status) {
    if (status.backlog() == 0) return 0;
    if (status.rate_per_s <= 0) return -1;
    return static_cast<std::int64_t>(
        std::ceil(static_cast<double>(status.backlog()) / status.rate_per_s)
    );
}

}  // namespace

std::vector<DestinationStatus> deliveryStatus(
    ledger::View& view, const std::vector<std::string>& destinations, base::UnixMillis now_ms
) {
    const auto counts = view.deliveryCounts();
    const auto recent = recentOutcomes(view, now_ms);
    std::vector<DestinationStatus> statuses;
    for (const std::string& id : destinations) {
        DestinationStatus status;
        status.destination = id;
        for (const auto& count : counts) {
            if (count.destination == id) addCount(status, count);
        }
        const auto found = recent.find(id);
        const double outcomes = found == recent.end() ? 0 : static_cast<double>(found->second);
        status.rate_per_s = outcomes * 1000.0 / static_cast<double>(kRateWindowMillis);
        status.drain_s = drainSeconds(status);
        status.last_error = lastError(view, id);
        status.dead_letters = deadLetters(view, id);
        statuses.push_back(std::move(status));
    }
    return statuses;
}

}  // namespace yht::delivery
