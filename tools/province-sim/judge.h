// What becomes of one record: the order in which the province looks at it (profile README, sections
// 6 and 8).
//   3001 an XH taken before · 2xxx the record itself · 3004 an older version · 3002 what it depends
//   on is absent
// Uses: checker, books, stage. Used by: platform.
#pragma once

#include "tools/province-sim/checker.h"
#include "tools/province-sim/store.h"
#include "tools/stage/misbehaviour.h"

namespace yht::province_sim {

struct Sender {
    std::string appid;
    std::string reporting_unit;
};

struct Judgement {
    std::string number, ticket, province_number;  // XH and GDBH as given, cut to what can be echoed
    std::string code, message;
    std::vector<FieldFault> faults;
};

/// What the books must know of this platform's language.
const Language& language();

/// Stores the record where it is taken. Requires: the store locked, a transaction open.
Judgement judgeRecord(
    const stage::JsonValue& record, const Sender& sender, const std::string& message_id,
    Store& store, stage::Misbehaviour& misbehaviour, base::UnixMillis now_ms
);

/// Whether an XH was taken: code 0 or 3005. Changes nothing.
Judgement judgeQuery(const stage::JsonValue& item, const Sender& sender, Store& store);

}  // namespace yht::province_sim
