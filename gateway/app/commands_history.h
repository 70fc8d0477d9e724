// `yht history …`: one function a command; all return an ExitCode.
// Uses: app, ledger. Used by: command_line_history.
#pragma once

#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// Sources whose history waits for its release.
int listHistory(const CommandOptions& options);

/// Days (both included) or times in RFC 3339 (`to` excluded), of the records' event times.
struct ReleaseLine {
    std::string source, from, to;
};
int releaseHistory(const CommandOptions& options, const ReleaseLine& line, const std::string& why);

}  // namespace yht::app
