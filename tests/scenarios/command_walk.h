// Every command of `yht`, as its own completion script names them, with lines that make it show something. A command that the
// table neither runs nor excuses fails the test, so that a new one can't be forgotten.
// Uses: marked_world. Used by: the test of personal data.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/marked_world.h"

namespace yht::scenarios {

/// "ledger show" → its words: subcommands and options. Of groups too.
std::map<std::string, std::string> commandTree(const std::string& completion_script);

struct CommandRow {
    std::string path;                             // "quarantine show"
    std::vector<std::vector<std::string>> lines;  // what follows the path, each run for people and for machines
    std::string not_run = "";                     // why it shows nothing that could be anybody's
    std::function<void()> afterwards = {};        // what the commands after it need
};

/// In the order in which they are run. What uncovers personal data stands in the test itself.
std::vector<CommandRow> commandsOf(MarkedWorld& world);

/// Runs it for people and with --json, which must give JSON; standard output and error of each.
std::string runBothWays(MarkedWorld& world, const std::string& path, const std::string& words, const std::vector<std::string>& line);

}  // namespace yht::scenarios
