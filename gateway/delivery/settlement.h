// The settlement of a batch: what the far side said becomes outcome entries, rows, aliases, in one
// task. Runs on the writer thread; everything it needs was worked out before.
// Uses: ledger. Used by: courier.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/delivery/dependency.h"
#include "gateway/delivery/outcome.h"
#include "gateway/delivery/parcel.h"

namespace yht::delivery {

/// One record with its final answer.
struct SettledItem {
    ledger::DeliveryRow row;
    Verdict verdict = Verdict::Accepted;
    std::string record_source, record_ref;  // "" where the payload could not be opened
    base::UnixMillis event_ms = 0, received_ms = 0;
    bool late = false;
    std::string code;  // the far side's; for Unmappable our wire code
    std::string peer_number;
    std::string number_known;  // the far side's number that the ticket had before
    base::Bytes peer_receipt;
    std::vector<base::FieldError> fields;
    base::Bytes salt;
};

/// From a parcel for the far side `party`; verdict Accepted and no answer yet.
SettledItem settledItem(const Parcel& parcel, const std::string& party, base::Random& random);

struct Settlement {
    FarSide far_side;
    std::string batch_id;
    std::optional<Exchange> exchange;  // nullopt where nothing was sent
    base::Bytes exchange_salt;
    base::UnixMillis sent_ms = 0, acknowledged_ms = 0, now_ms = 0;
    std::vector<SettledItem> items;
    std::vector<ledger::DeliveryRow> put_back;  // rows that go on waiting, as they are to stand
};

/// What only the task could find out.
struct SettlementReport {
    std::vector<std::pair<std::string, ticket::Kind>> accepted;  // ticket_no, kind
    std::size_t alias_conflicts = 0;
};

/// Accepted, Duplicate, Stale and Withheld end the row, and so does an erasure (Unmappable, ledger.erased); Refused, Unmappable and a number that names another
/// ticket make it dead. Rows of the same ticket that were held become ready to be judged anew; dead
/// letters of older versions of an accepted record go.
base::Status settle(
    ledger::Transaction& transaction, const Settlement& settlement, SettlementReport& report
);

}  // namespace yht::delivery
