// The ledger as a command sees it: read-only, beside a running gateway or without one.
// Uses: app, ledger. Used by: the commands of app.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/app/deployment.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/fold.h"

namespace yht::app {

struct OpenedLedger {
    Config config;
    std::unique_ptr<base::Clock> clock;
    std::unique_ptr<base::Random> random;
    ticket::Calendar calendar;
    crypto::PublicKey log_key;
    std::unique_ptr<ledger::SqliteStore> store;

    ticket::TicketView fold(const ledger::StoredTicket& stored) const;
    /// Lets time pass; returns early on a signal.
    void pause(std::int64_t ms) const;
};

/// Opens the ledger of the deployment, or its trial ledger, and runs `command`; an ExitCode, with what went wrong on
/// standard error.
int withLedger(const std::string& directory, const std::function<int(OpenedLedger&)>& command, bool trial = false);

/// The ticket that `name` means: its number, or "party/number".
std::optional<std::string> resolveTicket(ledger::View& view, const std::string& name);

/// Prints the error in both languages; the ExitCode that fits it.
int reportError(const base::Error& error);

}  // namespace yht::app
