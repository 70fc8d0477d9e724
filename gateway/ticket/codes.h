// Code lists (代码表): every code with both names, the days it is valid, and what follows it.
// Rows live in codes.def; numbering and choices: gateway/ticket/README.md.
// Uses: base. Used by: validate, schema, door (/v1/codes), kit (vocabularies), province profile.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "gateway/base/clock.h"

namespace yht::ticket {

struct CodeListRow {
    const char* list;    // the name that catalogue rows use
    const char* number;  // "C10" where public practice numbers the list, else ""
    const char* zh;
    const char* en;
};

struct CodeRow {
    const char* list;
    const char* code;
    const char* zh;
    const char* en;
    const char* valid_from;  // first day "2018-07-01", "" from the beginning
    const char* valid_to;    // last day, "" without end
    const char* successor;   // code that follows, "" if none
    base::UnixMillis from_ms = std::numeric_limits<base::UnixMillis>::min();
    base::UnixMillis end_ms = std::numeric_limits<base::UnixMillis>::max();  // exclusive

    bool validAt(base::UnixMillis at_ms) const { return at_ms >= from_ms && at_ms < end_ms; }
};

/// All lists, in the order of codes.def.
std::span<const CodeListRow> codeLists();
/// nullptr where there is no such list.
const CodeListRow* findCodeList(std::string_view list);
/// The rows of one list in their order; empty where there is no such list.
std::span<const CodeRow> codeList(std::string_view list);

/// Whatever its dates; nullptr where the list never had it.
const CodeRow* findCode(std::string_view list, std::string_view code);
/// Valid at that time; nullptr otherwise.
const CodeRow* findCode(std::string_view list, std::string_view code, base::UnixMillis at_ms);

}  // namespace yht::ticket
