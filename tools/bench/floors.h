// The whole table in one command: what the project asks, what was measured, at which cost, beside
// whose work. Uses: scenarios, figures. Used by: main, tests.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "tools/bench/scenarios.h"

namespace yht::bench {

/// One line of the table, and where its figures stand.
struct FloorRow {
    const char* what;
    const char* report;  // which of Floors::reports
    const char* figure;  // the row in it
    const char* floor;
    const char* target;
    const char* cpu;     // the row with the gateway's CPU a record, "" none
    const char* others;  // the row with others' share of the machine, "" none
};
const std::vector<FloorRow>& floorRows();

struct Floors {
    std::map<std::string, Report> reports;
    std::vector<std::string> notes;
    /// Markdown. A figure that was not measured is a dash.
    void print(std::ostream& out) const;
    void printJson(std::ostream& out) const;
};

/// `options.runs` turns of all scenarios one after the other, so that a slow phase of the machine
/// meets them all; then 1500/s with deliveries for `options.sustained_s`; with `options.ledger`
/// the large ledger at last. A scenario that is not valid is noted and leaves a dash. About twelve
/// minutes with three turns.
Floors measureFloors(const Options& options);

}  // namespace yht::bench
