// A new epoch in the tables, and ticket numbers that come back from receipts.
#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/ledger/store/epoch.h"
#include "gateway/ledger/store/sqlite_transaction.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ledger {

/// The day up to which serials jump, and the floor that they begin behind.
base::Status SqliteTransaction::jumpSerials(const Epoch& former, std::uint32_t steps, Epoch& next) {
    next.serial_day = base::shanghaiDay(context_.now_ms);
    {
        Query query(context_.database, "SELECT max(day) FROM serial");
        if (query.next() && !query.isNull(0)) {
            next.serial_day =
                std::max(next.serial_day, static_cast<std::int32_t>(query.integer(0)));
        }
    }
    std::uint32_t last = former.serial_day == next.serial_day ? former.serial_floor : 0;
    Query query(
        context_.database, "SELECT coalesce(max(serial), 0) FROM serial WHERE day = ?",
        next.serial_day
    );
    if (query.next()) last = std::max(last, static_cast<std::uint32_t>(query.integer(0)));
    if (last <= context_.serials.last && steps <= (context_.serials.last - last) / kSerialJump) {
        next.serial_floor = last + steps * kSerialJump;
        return {};
    }
    return base::makeError(base::ErrorCode::NumbersExhausted, "too many reopenings on one day");
}

base::Result<EpochNote> SqliteTransaction::beginEpoch(const EpochOrder& order) {
    const auto epochs = context_.lookups.epochs();
    const auto& former = epochs.back();
    const std::uint32_t steps = 1 + std::min(order.lost_epochs, ticket::kSerialMax);
    EpochNote note{order.operator_id, order.why, former.origin, {}};
    note.epoch.number = former.number + steps;
    note.epoch.after = edge_.size();
    note.epoch.origin = nextOrigin(former.origin, steps);
    if (auto jumped = jumpSerials(former, steps, note.epoch); !jumped.ok()) return jumped.error();
    change(
        context_.database,
        "INSERT INTO epoch (number, after, origin, serial_day, serial_floor) VALUES (?, ?, ?, ?, "
        "?)",
        note.epoch.number, note.epoch.after, note.epoch.origin, note.epoch.serial_day,
        note.epoch.serial_floor
    );
    change(context_.database, "DELETE FROM meta WHERE name = 'restored'");
    origin_ = note.epoch.origin;

    EntryDraft draft;
    draft.header.type = EntryType::Audit;
    draft.header.received_ms = context_.now_ms;
    draft.header.source = order.operator_id;
    draft.payload = encodeEpoch(note);
    draft.salt = order.salt;
    auto appended = append(std::move(draft));
    if (!appended.ok()) return std::move(appended).error();
    return note;
}

base::Status SqliteTransaction::adoptTicket(const std::string& ticket_no) {
    const auto number = ticket::parseTicketNumber(ticket_no);
    if (!number) {
        return base::makeError(
            base::ErrorCode::Internal, "ledger entry: no ticket number to adopt"
        );
    }
    if (context_.lookups.hasTicket(ticket_no)) return {};
    storeTicketKey(ticket_no);
    // The last number given out is the greatest that there is.
    change(
        context_.database,
        "INSERT INTO serial (region, day, serial) VALUES (?, ?, ?) ON CONFLICT (region) DO UPDATE "
        "SET"
        " day = excluded.day, serial = excluded.serial WHERE (day, serial) < (excluded.day, "
        "excluded.serial)",
        number->region, number->day, number->serial
    );
    return {};
}

}  // namespace yht::ledger
