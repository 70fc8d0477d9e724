// `yht certs check`, `activate` and `rollback`, and their place on the command line.
// Uses: live_check, control_certs, control_client. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

/// Adds them below `certs`, which is made where it is not there yet.
void addCertsLive(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
