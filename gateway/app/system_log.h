// The system's log (syslog), for what operators do: authpriv, so that it goes where log-ins go and not where everybody reads.
// Uses: the C library. Used by: control_client, main.cpp.
#pragma once

#include <string>

namespace yht::app {

/// Requires: no personal data in `line`. Thread-safety: any thread.
void writeSystemLog(const std::string& line);

}  // namespace yht::app
