// One record against the field and code tables: every error at once (profile README, sections 4, 5
// and 8). Rules between records are the store's. Uses: base, stage. Used by: platform.
#pragma once

#include <string>
#include <vector>

#include "tools/stage/json_text.h"

namespace yht::province_sim {

struct FieldFault {
    std::string field;
    std::string code;     // "2001" …
    std::string message;  // never a value
    bool operator==(const FieldFault&) const = default;
};

/// Empty: the record is in order. `reporting_unit` is the one that belongs to the sender.
/// The first fault's code is the record's.
std::vector<FieldFault> checkRecord(
    const stage::JsonValue& record, const std::string& reporting_unit
);

}  // namespace yht::province_sim
