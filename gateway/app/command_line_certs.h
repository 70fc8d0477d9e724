// `yht certs …` on the command line. Uses: CLI11, commands_certs. Used by: command_line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>

#include "gateway/app/commands_certs.h"

namespace yht::app {

/// What the subcommands' callbacks keep.
using SharedCertsLine = std::shared_ptr<CertsLine>;

/// References must outlive `top`; `run` is set to the command that was chosen.
void addCerts(CLI::App& top, std::function<int()>& run);

/// One subcommand; all of them share one line, as only one of them runs.
class CertsCommands {
public:
    CertsCommands(CLI::App& parent, SharedCertsLine line, std::function<int()>& run) : parent_(parent), line_(std::move(line)), run_(run) {}
    CLI::App* add(const char* name, const char* text, int (*command)(const CertsLine&), const std::string& footer);
    CertsLine& line() { return *line_; }

private:
    CLI::App& parent_;
    SharedCertsLine line_;
    std::function<int()>& run_;
};

/// authority create|activate|show, crl publish.
void addCertsAuthority(CLI::App& certs, const SharedCertsLine& line, std::function<int()>& run);
/// What an authority signs with: --authority, --ca-key, --ca-passphrase-file.
void addSigner(CLI::App* command, CertsLine& line);
/// Whose gateway is asked and told: --config, --why.
void addPermission(CLI::App* command, CertsLine& line);
void addProfiles(CLI::App* command, CertsLine& line);
void addSubject(CLI::App* command, CertsLine& line);

}  // namespace yht::app
