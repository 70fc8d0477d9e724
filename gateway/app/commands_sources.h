// `yht sources …`: one function a command; all return an ExitCode. Uses: app, intake/pull. Used by: command_line_sources.
#pragma once

#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// A row a source; kExitFound where one is in trouble.
int listSources(const CommandOptions& options);
/// One source with everything that its state rests on; kExitFound where it is in trouble.
int showSource(const CommandOptions& options, const std::string& source);
/// Through the running gateway, or as the ledger's writer where none runs.
int pauseSource(const CommandOptions& options, const std::string& source, bool paused, const std::string& why);

}  // namespace yht::app
