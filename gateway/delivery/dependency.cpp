#include "gateway/delivery/dependency.h"

#include "gateway/delivery/outcome.h"
#include "gateway/delivery/routing.h"

namespace yht::delivery {

namespace {

/// The kind whose acceptance this outcome entry tells of; nullopt for every other outcome.
std::optional<ticket::Kind> acceptedKind(ledger::View& view, ledger::Seq seq) {
    const auto entry = view.entry(seq);
    if (!entry.ok()) return std::nullopt;
    const auto outcome = decodeOutcome(entry->payload);
    if (!outcome.ok() || !outcome->finding.empty()) return std::nullopt;
    const bool taken =
        outcome->verdict == Verdict::Accepted || outcome->verdict == Verdict::Duplicate;
    return taken ? std::optional(outcome->kind) : std::nullopt;
}

}  // namespace

ticket::KindSet kindsThere(
    ledger::View& view, const FarSide& far_side, const std::string& ticket_no
) {
    ticket::KindSet there = 0;
    for (const ledger::Seq seq : view.ticketEntries(ticket_no)) {
        const auto leaf = view.leaf(seq);
        if (!leaf.ok()) continue;
        std::optional<ticket::Kind> kind;
        if (leaf->header.type == ledger::EntryType::Record && far_side.is(leaf->header.source)) {
            kind = static_cast<ticket::Kind>(leaf->header.kind);
        } else if (leaf->header.type == ledger::EntryType::Outcome &&
                   leaf->header.source == far_side.id) {
            kind = acceptedKind(view, seq);
        }
        if (kind) there = static_cast<ticket::KindSet>(there | ticket::only(*kind));
    }
    return there;
}

bool waitsForAttachments(
    ledger::View& view, const AttachmentsFirst& first, const ledger::DeliveryRow& row, base::UnixMillis now_ms
) {
    if (first.wait_max_ms == 0 || now_ms - row.committed_ms >= first.wait_max_ms) return false;
    if (row.ticket_no.empty() || !view.namesAttachments(row.seq)) return false;
    for (const auto& files : view.deliveriesOf(first.queue, row.ticket_no)) {
        if (files.seq == row.seq) return files.state != ledger::DeliveryState::Dead;
    }
    // Row and cursor change in one commit: without a row it is either not routed yet or finished.
    return view.cursor(routeCursorName(first.queue)) < row.seq;
}

ticket::KindSet KindMemory::recall(const std::string& ticket_no) const {
    const std::lock_guard lock(mutex_);
    const auto found = kinds_.find(ticket_no);
    return found == kinds_.end() ? ticket::KindSet{0} : found->second;
}

void KindMemory::learn(const std::string& ticket_no, ticket::KindSet kinds) {
    const std::lock_guard lock(mutex_);
    if (kinds_.size() >= kKindMemoryMax) kinds_.clear();
    ticket::KindSet& known = kinds_[ticket_no];
    known = static_cast<ticket::KindSet>(known | kinds);
}

std::optional<ticket::Kind> missingKind(
    const std::vector<kit::Dependency>& dependencies, ticket::Kind kind, ticket::KindSet there
) {
    for (const kit::Dependency& dependency : dependencies) {
        if (dependency.kind != kind) continue;
        for (const ticket::Kind need : dependency.needs) {
            if ((there & ticket::only(need)) == 0) return need;
        }
    }
    return std::nullopt;
}

std::string waitReason(ledger::View& view, const std::string& ticket_no, ticket::Kind missing) {
    bool arrived = false;
    for (const ledger::Seq seq : view.ticketEntries(ticket_no)) {
        const auto leaf = view.leaf(seq);
        arrived = arrived || (leaf.ok() && leaf->header.type == ledger::EntryType::Record &&
                              leaf->header.kind == static_cast<std::uint8_t>(missing));
    }
    return std::string(arrived ? "waits_for:" : "waits_for_arrival:") +
           ticket::kindRow(missing).name;
}

std::string orderReason(ledger::Seq blocker) {
    return "waits_for_order:" + std::to_string(blocker);
}

std::optional<ledger::Seq> earlierUnfinished(
    const std::vector<ledger::DeliveryRow>& rows, ledger::Seq seq
) {
    for (const ledger::DeliveryRow& row : rows) {
        if (row.seq >= seq) continue;
        const bool held = row.state == ledger::DeliveryState::Held;
        if (held || row.state == ledger::DeliveryState::Dead) continue;
        return row.seq;
    }
    return std::nullopt;
}

base::Status releaseHeld(
    ledger::Transaction& transaction, const std::string& destination, const std::string& ticket_no
) {
    if (ticket_no.empty()) return {};
    return releaseHeld(transaction, transaction.deliveriesOf(destination, ticket_no));
}

base::Status releaseHeld(ledger::Transaction& transaction, std::vector<ledger::DeliveryRow> rows) {
    for (ledger::DeliveryRow& row : rows) {
        if (row.state != ledger::DeliveryState::Held) continue;
        row.state = ledger::DeliveryState::Ready;
        row.next_ms = 0;
        row.reason.clear();
        if (auto put = transaction.putDelivery(row); !put.ok()) return put;
    }
    return {};
}

}  // namespace yht::delivery
