// What is made from the command line's own tree, so that it can't go stale: shell completion and the manual page.
// Uses: CLI11. Used by: command_line.cpp.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace yht::app {

/// A completion script for bash (zsh takes it after `bashcompinit`): commands, subcommands, options.
std::string bashCompletion(const CLI::App& top);

/// yht(1) in roff (man(7)).
std::string manualPage(const CLI::App& top);

}  // namespace yht::app
