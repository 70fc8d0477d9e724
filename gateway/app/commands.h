// The commands behind the command line, one function each; all return an ExitCode.
// Uses: app, ledger, delivery, ticket. Used by: command_line.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/delivery/decision.h"

namespace yht::app {

struct CommandOptions {
    std::string directory;  // deployment
    bool json = false;
    bool trial = false;  // the trial ledger instead of the live one, where a command can show either
};

int showTicket(const CommandOptions& options, const std::string& ticket_no);
int verifyLedgerCommand(const CommandOptions& options);
/// Prints entries after `after` as they are committed; ends after `idle_s` seconds without one (0: never).
int followLedger(const CommandOptions& options, std::uint64_t after, std::int64_t idle_s);
/// The log's verifier key and the newest checkpoint: what an auditor needs first.
int showCheckpoint(const CommandOptions& options);

/// What to take out: one ticket, a range, or everything.
struct ExportOptions {
    std::string out;
    std::string ticket;  // number, or "party/number"; "" none
    std::optional<std::uint64_t> from, to;
    bool without_payloads = false;
    std::string why;  // stays in the ledger
};
/// Writes an evidence file that ledger-verify checks without us. Who, what and why is an entry of the ledger before it is
/// written, so it needs the running gateway, or the ledger's lock.
int exportLedger(const CommandOptions& options, const ExportOptions& chosen);

/// Destroys one ticket's content, through the running gateway or as the ledger's writer.
int eraseTicketCommand(const CommandOptions& options, const std::string& ticket_no, const std::string& why);

/// A table of tickets, newest first. With `unsettled_only`: kExitFound where there is one.
int listTickets(const CommandOptions& options, bool unsettled_only, std::size_t limit);
/// Tickets that name a telephone number; an entry says who looked, and a second person is wanted (control_phones.h).
int findPhoneCommand(const CommandOptions& options, const std::string& phone, const std::string& why);
/// One screen; kExitFound where something has to be looked at.
int showStatus(const CommandOptions& options);
int listDeliveries(const CommandOptions& options);

/// Which unfinished deliveries to list.
struct RowFilter {
    std::string destination;  // "": all
    std::string state;        // as ledger::deliveryStateName() names it
    std::size_t limit = 200;  // of one destination
};
int listRows(const CommandOptions& options, const RowFilter& filter);
int showRow(const CommandOptions& options, const std::string& destination, std::uint64_t seq);

/// An operator's decision as written on the command line.
struct DecisionLine {
    delivery::RowDecision decision = delivery::RowDecision::SendAgain;
    std::string destination;
    std::uint64_t seq = 0;
    std::string why;
};
/// Through the running gateway, or as the ledger's writer where none runs.
int decideDelivery(const CommandOptions& options, const DecisionLine& line);

/// Which cases of joint test a partner has passed, and when; kExitFound where a required one is missing.
int reportPartner(const CommandOptions& options, const std::string& partner);

/// "json", "docs", "spec", "openapi", "xsd" or "wsdl".
int printSchema(const std::string& what, bool json);
/// One code list, or all where it is "": JSON in any case.
int printCodes(const std::string& list);
struct DocumentFormat {
    const char* format;
    const char* media_type;
};
/// A text that is a document of its own; with `json` inside {"format","media_type","document"}.
int printDocument(const DocumentFormat& format, const std::string& text, bool json);
int printErrors(bool json);

int printConfigReference(bool json);
/// With options.json also what is wrong is told on standard output.
int checkConfig(const CommandOptions& options);
/// What differs between the files and the bundle in force; kExitFound where something does.
int diffConfig(const CommandOptions& options);
/// Checks the deployment, shows what differs, has the running gateway take it into use.
int applyConfig(const CommandOptions& options, const std::string& why);
/// The same without check and difference: for scripts that renew certificates.
int reloadGateway(const CommandOptions& options, const std::string& why);
/// The clock as it is now is right, although the ledger has later times.
int confirmClockCommand(const CommandOptions& options, const std::string& why);

}  // namespace yht::app
