// One record that is as the schema has it, against what a schema can't say (profile README, section 5): bytes of GB18030,
// what is needed when, whose region it is. Rules between records are the books'.
// Uses: tree, stage, province_books. Used by: service.
#pragma once

#include <string>
#include <vector>

#include "tools/exchange-sim/tree.h"
#include "tools/province-sim/store.h"
#include "tools/stage/json_text.h"

namespace yht::exchange_sim {

struct FieldFault {
    std::string name, code;
};

/// A Record as an object: "SerialNo", "Appeal/Title" …; elements that may repeat are arrays, Extra an object.
stage::Json flatRecord(const xmlNode* record);

/// Empty: in order. The first fault's code is the record's. `unit`: the sender's.
std::vector<FieldFault> checkRecord(const stage::JsonValue& record, const std::string& unit);

/// What the books must know of this platform's language.
const province_sim::Language& language();
province_sim::RecordKey keyOf(const stage::JsonValue& record, const std::string& sender);

}  // namespace yht::exchange_sim
