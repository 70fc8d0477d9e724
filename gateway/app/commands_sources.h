// `yht sources …`: sources that speak their own formats, one row of health each.
// Uses: commands. Used by: command_line_sources.
#pragma once

#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// A table; kExitFound where one of them is in trouble.
int listSources(const CommandOptions& options);
/// One of them at length; kExitData where there is none.
int showSource(const CommandOptions& options, const std::string& source);
int pauseSource(const CommandOptions& options, const std::string& source, bool pause, const std::string& why);

}  // namespace yht::app
