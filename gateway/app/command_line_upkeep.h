// The commands that keep the ledger: `yht ledger erase …`. Apart from command_line.cpp for its length.
// Uses: commands. Used by: command_line.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// Adds them below `yht ledger`; the one that is given puts itself into `run`. `options` and `run` must outlive `ledger`.
void addLedgerUpkeep(CLI::App& ledger, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
