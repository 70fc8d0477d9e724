// What the centre makes of tickets: the fifteen cases and a default, read from plan.json
// (tests/samples/cases/README.md) or, without one, a default built in.
// Uses: stage. Used by: desk's callers, control, main.
#pragma once

#include <string>
#include <vector>

namespace yht::centre_sim {

struct Case {
    int number = 0;
    std::string by;                  // "centre" or "partner:<id>"
    std::string source, record_ref;  // of the appeal
    std::string appeal;              // JSON
    std::vector<std::string> calls;  // JSON
    std::string handling;            // JSON array of steps
    bool isOurs() const { return by == "centre"; }
};

struct Plan {
    std::vector<Case> cases;
    std::vector<std::string> calls;  // stand-alone
    std::string default_handling;    // JSON array of steps

    /// The case's handling where the appeal is one of a case, the default otherwise.
    const std::string& handlingOf(const std::string& source, const std::string& record_ref) const;
    const Case* findCase(int number) const;
};

/// "" gives the built-in default and no cases. Throws std::runtime_error naming the file and what
/// is wrong.
Plan loadPlan(const std::string& path);

}  // namespace yht::centre_sim
