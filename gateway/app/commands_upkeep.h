// `yht ledger archive|backup|restore|reopen|honour|rebuild|rekey`: what operators do for the day that a disk is
// lost, and on it. All return an ExitCode. Uses: opened_ledger, ledger/store, intake/admission.
// Used by: command_line_upkeep.cpp.
#pragma once

#include "gateway/app/commands.h"

namespace yht::app {

/// Beside a running gateway or without one.
int backupLedgerCommand(const CommandOptions& options, const std::string& out);
/// With no gateway running; a ledger must not be there.
int restoreLedgerCommand(const CommandOptions& options, const std::string& from);
/// With no gateway running.
int reopenLedgerCommand(
    const CommandOptions& options, const std::string& why, std::uint32_t lost_epochs
);
/// Brings a lost record back from a partner's receipt; through the running gateway, or as the
/// ledger's writer.
int honourReceiptCommand(
    const CommandOptions& options, const std::string& receipt_path, const std::string& record_path,
    const std::string& why
);

/// Closed months before `before` ("2019-05") into archive files, until nothing is left to archive; through the running
/// gateway, or as the ledger's writer.
int archiveLedgerCommand(const CommandOptions& options, const std::string& before, const std::string& why);

/// Every key under the KEK in use, until nothing is under the one before; through the running gateway, or as the ledger's
/// writer.
int rekeyLedgerCommand(const CommandOptions& options, const std::string& why);

/// With no gateway running: every derived table anew from leaves and payloads. kExitFound where one
/// differed.
int rebuildLedgerCommand(const CommandOptions& options);

}  // namespace yht::app
