// The command line of `yht`: one table of commands, help that teaches by example, exit codes that mean something.
// Uses: app. Used by: main.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace yht::app {

struct CommandOptions;

/// Exit codes of every command (sysexits(3) where one fits).
enum ExitCode : int {
    kExitOk = 0,
    kExitFound = 3,     // the command worked and found what it was asked to look for: damage, unsettled tickets
    kExitUsage = 64,    // wrong command line
    kExitData = 65,     // a file or number given is wrong
    kExitUnavailable = 69,
    kExitSoftware = 70, // a fault of ours, or of the disk
    kExitWaits = 75,  // nothing was done yet: a second person is wanted (approvals.h)
    kExitPermission = 77,  // who asks is not known here, or not of the role that may (operators.h)
    kExitConfig = 78,   // the configuration is wrong
};

/// Runs the gateway of the deployment directory that it is given; the process's exit code.
using ServeFunction = std::function<int(const std::string&)>;

/// Commands without --json, and why. Every other one has it, whatever its answer is.
struct WithoutJson {
    const char* command;
    const char* reason;
};
inline constexpr WithoutJson kWithoutJson[] = {
    {"serve", "runs until it is stopped and answers nothing; its log is lines of text, its state is /metrics and yht status --json"},
};

/// The tree of commands, below `top`. Parsing a line fills `options` and sets `run` to what the line names; it does nothing else. The
/// references must outlive `top`'s last parse.
void describeCommands(CLI::App& top, CommandOptions& options, std::function<int()>& run, const ServeFunction& serve);

/// Parses the command line and runs what it names. Returns the process's exit code.
int runCommandLine(int argc, char** argv, const ServeFunction& serve);

/// What the parser has against `yht` and these words; "": nothing. Nothing is run: for pages that show commands.
std::string commandLineFault(std::vector<std::string> words);

}  // namespace yht::app
