// `yht quarantine …` and `yht tickets correct` on the command line.
// Uses: CLI11, commands_quarantine. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// References must outlive `top`; `run` is set to the command that was chosen.
void addQuarantine(CLI::App& top, CommandOptions& options, std::function<int()>& run);
void addCorrection(CLI::App& tickets, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
