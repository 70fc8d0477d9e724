// What every command of a family (yht FAMILY COMMAND) takes the same way. Uses: commands.h. Used by: the command_line_*.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// A command under `parent` with -c and --json, which fill `options`; naming it makes `run` what it does. `options` and `run` must
/// outlive the parse.
CLI::App* addCommand(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
);

/// Commands under one parent, each with a footer that teaches by example. What it is given must outlive the parse.
class CommandFamily {
public:
    CommandFamily(CLI::App& parent, CommandOptions& options, std::function<int()>& run)
        : parent_(parent), options_(options), run_(run) {}

    CLI::App* add(const char* name, const char* text, std::function<int()> command, const std::string& footer) {
        auto* made = addCommand(parent_, options_, run_, name, text, std::move(command));
        made->footer(footer);
        return made;
    }

private:
    CLI::App& parent_;
    CommandOptions& options_;
    std::function<int()>& run_;
};

/// The operator's reason of a command whose effect is an entry of the ledger. `why` must outlive the parse.
CLI::Option* addWhy(CLI::App& command, std::string& why);

}  // namespace yht::app
