// What differs between the bundle in force and the files of a deployment directory, for people and for machines.
// Uses: bundle, line_difference, ledger. Used by: commands_config.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/line_difference.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/store.h"

namespace yht::app {

struct FileDifference {
    std::string file;
    const char* change;  // "added", "removed", "changed"
    std::vector<DifferenceHunk> hunks;
};

/// By file. Errors: LedgerCorrupt, and those of readBundle.
base::Result<std::vector<FileDifference>> differencesFromForce(ledger::Store& store, const std::string& directory);

/// As diff -u; a sentence where nothing differs.
void printDifferences(const std::vector<FileDifference>& all);
/// "difference":[{"file","change","hunks":[{"old_first","old_count","new_first","new_count","lines":[{"sign","text"}]}]}]
void writeDifferences(json::Writer& out, const std::vector<FileDifference>& all);

}  // namespace yht::app
