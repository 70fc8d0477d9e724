// What every command of a family (yht FAMILY COMMAND) takes the same way. Uses: commands.h. Used by: the command_line*.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

#include "gateway/app/commands.h"

namespace yht::app {

/// Options that also stand in the environment. CLI11's own envname() is not used: it asks the environment for every command of the tree, also
/// for those that the line does not name, after the line was read, so that with options of one variable the environment would win over the line.
inline constexpr const char* kDeploymentVariable = "YHT_CONFIG";
inline constexpr const char* kAdaptersVariable = "YHT_ADAPTERS";
inline constexpr const char* kProfilesVariable = "YHT_CERTIFICATE_PROFILES";
/// What the environment says; `fallback` where it says nothing.
std::string fromEnvironment(const char* variable, const char* fallback = "");
/// The option's text with the variable that stands in for it.
std::string withVariable(const char* text, const char* variable);

/// A command under `parent` with --json, which fills `options`; naming it makes `run` what it does. `options` and `run` must outlive the
/// parse.
CLI::App* addCommandOfNoDeployment(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
);
/// The same with -c.
CLI::App* addCommand(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const char* name, const char* text,
    std::function<int()> command
);
CLI::Option* addDeployment(CLI::App& command, std::string& directory);
CLI::Option* addJson(CLI::App& command, bool& json);

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
    /// One that looks at no deployment.
    CLI::App* addAnywhere(const char* name, const char* text, std::function<int()> command, const std::string& footer) {
        auto* made = addCommandOfNoDeployment(parent_, options_, run_, name, text, std::move(command));
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
/// --trial: the trial ledger in place of the live one.
CLI::Option* addTrial(CLI::App& command, bool& trial);

}  // namespace yht::app
