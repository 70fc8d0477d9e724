// `yht attachments …` on the command line. Uses: CLI11, commands_attachments. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "gateway/app/commands.h"

namespace yht::app {

void addAttachments(CLI::App& top, CommandOptions& options, std::function<int()>& run);

}  // namespace yht::app
