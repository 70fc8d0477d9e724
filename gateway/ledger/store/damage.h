// What an operator is told where the ledger's file can't be trusted: which file, and what to do, in both languages. Partners get the
// error table's text, which names no file. Uses: base. Used by: ledger/store.
#pragma once

#include <string>

#include "gateway/base/error.h"

namespace yht::ledger {

/// `error` as it is, unless it is LedgerCorrupt: then with the file and the way out.
base::Error forOperator(base::Error error, const std::string& path);
/// forOperator() as the last line of a process.
std::string operatorText(const base::Error& error, const std::string& path);

}  // namespace yht::ledger
