// Somebody else's program, run on files of the federation's directory.
// Uses: stage, scenarios. Used by: the interop tests.
#pragma once

#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::interop {

struct Outcome {
    int exit_code = 0;
    std::string output;  // standard output
    std::string errors;  // standard error
};

/// Runs to the end, with `input` on its standard input.
Outcome run(
    const scenarios::Federation& federation, const std::vector<std::string>& command,
    const std::string& input = ""
);

/// Writes a file of the federation's directory; its path.
std::string writeFile(
    const scenarios::Federation& federation, const std::string& name, const std::string& content
);

/// The path, without ending, of a certificate and key of the federation's PKI.
std::string credential(const scenarios::Federation& federation, const std::string& name);

}  // namespace yht::interop
