// Findings as the fold collects them; rows live in findings.def.
// Uses: base. Used by: fold, schema.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "gateway/ticket/fold.h"

namespace yht::ticket {

enum class Found : std::uint8_t {
#define YHT_FINDING(name, code, en, zh) name,
#include "gateway/ticket/findings.def"
#undef YHT_FINDING
};

struct FindingRow {
    Found found;
    const char* code;
    const char* en;
    const char* zh;
};
std::span<const FindingRow> findingTable();

/// Sorted, each once.
class Findings {
public:
    void add(Found found, const Identity& record);
    std::vector<Finding> take() { return {found_.begin(), found_.end()}; }

private:
    std::set<Finding> found_;
};

}  // namespace yht::ticket
