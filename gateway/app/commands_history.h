// `yht history …`: one function a command; all return an ExitCode.
// Uses: app, ledger. Used by: command_line_history.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/commands.h"

namespace yht::app {

/// Sources whose history waits for its release.
int listHistory(const CommandOptions& options);

/// Each file is one message of the source, in its own format. kExitFound where an item went into quarantine or was refused.
int importHistory(
    const CommandOptions& options, const std::string& source, const std::vector<std::string>& files, const std::string& why
);

/// Days (both included) or times in RFC 3339 (`to` excluded), of the records' event times.
struct ReleaseLine {
    std::string source, from, to;
};
int releaseHistory(const CommandOptions& options, const ReleaseLine& line, const std::string& why);

}  // namespace yht::app
