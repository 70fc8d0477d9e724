// How late a source's items come (滞后): from the time of an event, as its record has it, to when it came here. Whatever way it
// came, pushed or pulled, live or in shadow. A message whose newest event is newer than all before it says so anew; a repeat, an
// older event that is sent after it, an export that has nothing new say nothing of it, and neither does history, which is of
// before the link. An event in the future, of a clock that runs ahead, counts as of now.
// Kept in the ledger beside its entries, in the commit of what it tells, in the table of kept answers
// (ledger/store/source_tables.h). Uses: ledger, prepare. Used by: source_run, source_health.
#pragma once

#include <string>

#include "gateway/intake/admission/prepare.h"
#include "gateway/ledger/store/store.h"

namespace yht::intake {

struct Arrival {
    base::UnixMillis event_ms = 0;     // the newest event so far; 0: none yet
    base::UnixMillis received_ms = 0;  // when that came
    std::int64_t lagSeconds() const;   // -1: unknown

    /// Of a record that came then: what it says, or nothing.
    void see(const PreparedItem& record, base::UnixMillis came_ms);
};

Arrival arrivalOf(ledger::View& view, const std::string& source);
/// Where it is newer than what is kept.
base::Status keepArrival(ledger::Transaction& transaction, const std::string& source, const Arrival& arrival);

}  // namespace yht::intake
