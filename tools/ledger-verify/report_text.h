// An evidence report as a person reads it, and as a program does.
// Uses: ledger/format. Used by: main.cpp.
#pragma once

#include <ostream>

#include "gateway/ledger/format/evidence_check.h"

namespace yht::ledger_verify {

void print(std::ostream& out, const ledger::EvidenceReport& report);
/// One object; numbers of entries as JSON numbers, hashes as hex.
void printJson(std::ostream& out, const ledger::EvidenceReport& report);

}  // namespace yht::ledger_verify
