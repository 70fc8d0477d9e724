// The fields of the province's ten kinds of record (README of the profile, sections 4 and 5), as
// one table. Uses: RapidJSON. Used by: checker.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tools/stage/json_text.h"

namespace yht::province_sim {

enum class FieldForm : std::uint8_t {
    Text,     // C<max>: at most max GBK bytes
    Number,   // N<max>: 1 to max digits
    Time,     // yyyy-MM-dd HH:mm:ss
    Flag,     // 0 or 1
    Code,     // of `table`
    Region,   // exactly 12 of [0-9A-Z]
    Digest,   // 64 lower-case hex
    Digests,  // array of at most max digests
    Extras,   // object of at most max members, each C4000
};

/// Whether the field must be there, judged from the record itself.
using Needed = bool (*)(const stage::JsonValue& record);

struct FieldRow {
    const char* name;
    FieldForm form;
    std::uint32_t max;
    Needed needed;
    const char* table;  // of Code
};

/// Members of every record. GDBH is among them.
std::span<const FieldRow> commonFields();
/// The kind's own members; empty for a kind that is unknown.
std::span<const FieldRow> fieldsOf(std::string_view kind);

}  // namespace yht::province_sim
