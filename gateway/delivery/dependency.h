// What must be at a destination before a record may go there, and why a row is held meanwhile.
// A kind is there when the far side accepted a record of it (an outcome says so), or when the far
// side itself sent us one: a ticket that the province dispatched down is known to the province.
// Hold reasons, as they stand in DeliveryRow::reason:
//   waits_for_arrival:<kind>   待补: no record of that kind has come in yet
//   waits_for:<kind>           it is here, but the far side has not accepted it
//   waits_for_order:<seq>      an earlier entry of the ticket is not finished
// A row that waits for attachments it names (profile: order before) is not held: it stays ready, is looked at again every
// kAttachmentsPollMillis, and goes when they are there or will not come, or AttachmentsFirst::wait_max_ms is over. Its
// reason meanwhile: waits_for_attachments.
// Uses: ledger, kit. Used by: picker, settlement, router.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "adapters/kit/destination.h"
#include "gateway/ledger/store/store.h"

namespace yht::delivery {

/// Who a destination is, as tasks need it.
struct FarSide {
    std::string id;
    std::string party;
    bool is(const std::string& source) const { return source == id || source == party; }
};

/// Attachments go before the records that name them.
struct AttachmentsFirst {
    std::string queue;             // attachmentsQueueOf() the destination
    std::int64_t wait_max_ms = 0;  // since the record's commit; 0: nothing waits
};
inline constexpr const char* kWaitsForAttachments = "waits_for_attachments";
inline constexpr std::int64_t kAttachmentsPollMillis = 1'000;

/// Whether attachments that the row's record names are still on their way to the far side. What the far side will not
/// have, and what is an operator's to decide, is not. Records without a ticket, call recordings most of all, wait for none.
bool waitsForAttachments(
    ledger::View& view, const AttachmentsFirst& first, const ledger::DeliveryRow& row, base::UnixMillis now_ms
);

/// Kinds that the far side has of this ticket. Reads the ticket's outcomes.
ticket::KindSet kindsThere(
    ledger::View& view, const FarSide& far_side, const std::string& ticket_no
);

/// Facts that can only grow, remembered. Thread-safety: any thread.
class KindMemory {
public:
    ticket::KindSet recall(const std::string& ticket_no) const;
    void learn(const std::string& ticket_no, ticket::KindSet kinds);

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, ticket::KindSet> kinds_;
};
/// Tickets; forgotten all at once, read again when needed.
inline constexpr std::size_t kKindMemoryMax = 200'000;

/// The first kind that `kind` needs and `there` has not.
std::optional<ticket::Kind> missingKind(
    const std::vector<kit::Dependency>& dependencies, ticket::Kind kind, ticket::KindSet there
);

/// "waits_for…" for a kind that is not there.
std::string waitReason(ledger::View& view, const std::string& ticket_no, ticket::Kind missing);
std::string orderReason(ledger::Seq blocker);

/// The row of the same ticket, earlier than `seq`, that must be finished first; nullopt where none.
/// Held and dead rows hold nobody but what depends on them.
std::optional<ledger::Seq> earlierUnfinished(
    const std::vector<ledger::DeliveryRow>& rows, ledger::Seq seq
);

/// Makes every held row of the ticket ready, to be judged anew.
base::Status releaseHeld(
    ledger::Transaction& transaction, const std::string& destination, const std::string& ticket_no
);
/// The same, where the ticket's rows have been read in this transaction.
base::Status releaseHeld(ledger::Transaction& transaction, std::vector<ledger::DeliveryRow> rows);

}  // namespace yht::delivery
