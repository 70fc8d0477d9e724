// What partners build against (yht schema …, yht errors) and what is made from the command line itself (yht completion, yht man).
// Uses: CLI11, commands, command_help. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// References must outlive the parse; `run` is set to the command that was chosen.
void addReference(CLI::App& top, CommandOptions& options, std::function<int()>& run);
/// Tells of everything that was added to `top`.
void addPages(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
