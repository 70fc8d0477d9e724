// Chooses what goes out next to one destination: at most one record a ticket, the earliest that may
// go, so that order within a ticket holds whatever the far side answers; tickets side by side, up
// to its batch. What can't go now is named too: rows to hold (with the reason), records that can't
// be put into the far side's form, versions that came too late.
// Uses: ledger, kit. Used by: courier.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "gateway/delivery/routing.h"
#include "gateway/delivery/settlement.h"

namespace yht::delivery {

inline constexpr std::size_t kBatchMax = 200;
inline constexpr std::size_t kWindowRowsMax = 65'536;  // ready rows looked at for one batch
inline constexpr std::uint32_t kTogetherAttemptsMax =
    5;  // then a poisoned batch goes record by record
inline constexpr std::size_t kUnknownRowsMax = 65'536;

/// How one destination is served.
struct CourierOptions {
    FarSide far_side;
    bool mask_secret = false;
    std::int64_t late_after_ms = 0;  // 0: what the destination says
    std::size_t lanes = 1;
    bool dispatches = false;
    ModeOfSource mode_of_source;
    std::vector<MaintenanceWindow> maintenance;
    AttachmentsFirst attachments_first{};
    std::shared_ptr<OpenedRecords> opened{};  // of all destinations; nullptr: shared with none
};

struct Pick {
    std::string batch_id;
    bool repeat = false;                     // an unknown batch once more
    std::vector<Parcel> parcels;             // by seq
    std::size_t bytes = 0;                   // of the parcels, as the destination counts
    bool bytes_reached = false;              // the next would be too much; it is the next batch's
    std::vector<ledger::DeliveryRow> holds;  // as they are to stand, if nothing changed meanwhile; put off, too
    std::vector<SettledItem> settled;        // ended without being sent
    std::vector<ledger::DeliveryRow>
        renewed;  // of a batch that can't be repeated as it was: ready again
    bool empty() const {
        return parcels.empty() && holds.empty() && settled.empty() && renewed.empty();
    }
};

/// What a pick may hold.
struct PickBounds {
    std::size_t count_max = kBatchMax;
    /// Fewer ready rows than so many are left to a batch that is under way.
    std::size_t count_min = 1;
    bool probe = false;
};

/// What keeps two batches from carrying the same ticket: its number, or the row itself where it has
/// none.
std::string orderKey(const ledger::DeliveryRow& row);

class Picker {
public:
    using Busy = std::unordered_set<std::string>;

    Picker(
        const kit::Destination& destination, const CourierOptions& options,
        const base::Clock& clock, base::Random& random, KindMemory& memory
    )
        : destination_(destination),
          options_(options),
          clock_(clock),
          random_(random),
          memory_(memory) {}

    /// An unknown batch that is due, else ready rows, `bounds` of the latter; for a probe the other
    /// way round. `busy`: keys under way in other lanes. Requires: taken before `view` was opened.
    Pick pick(ledger::View& view, const Busy& busy, const PickBounds& bounds) const;

private:
    Pick pickUnknown(ledger::View& view, const Busy& busy) const;
    bool fill(ledger::View& view, const std::vector<ledger::DeliveryRow>& group, Pick& pick) const;
    Pick pickReady(ledger::View& view, const Busy& busy, const PickBounds& bounds) const;
    void pickFromTicket(ledger::View& view, const ledger::DeliveryRow& seen, Pick& pick) const;
    std::optional<ticket::Kind> missing(ledger::View& view, const ledger::DeliveryRow& row) const;
    bool putsOff(ledger::View& view, const ledger::DeliveryRow& row, Pick& pick) const;
    bool addParcel(ledger::View& view, const ledger::DeliveryRow& row, Pick& pick) const;
    std::int64_t lateAfterMillis() const;

    const kit::Destination& destination_;
    const CourierOptions& options_;
    const base::Clock& clock_;
    base::Random& random_;
    KindMemory& memory_;
};

}  // namespace yht::delivery
