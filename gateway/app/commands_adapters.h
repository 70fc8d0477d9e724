// yht adapters …: for integrators. Works on files alone: no ledger, no running gateway, no network.
// Uses: inbound. Used by: command_line_adapters.
#pragma once

#include <string>
#include <vector>

namespace yht::app {

struct AdapterOptions {
    std::string directory = "adapters";  // holds sources/ and products/
    std::vector<std::string> sources;    // list, test, lint; empty: all
    std::string source;                  // show, review, coverage, new
    std::string sample_case;             // "": all
    std::vector<std::string> files;      // coverage: messages; empty: the source's samples
    std::string product, title, from, reviewer;
    std::string native_column, canonical_columns;  // table
    std::string deployment;              // list: whose ledger the grade is looked up in; lint: whose partners; "" none
    bool effective = false, accept = false, without_generated = false, json = false;
};

/// All return an ExitCode. A manifest that is wrong: kExitConfig, every mistake on stderr.
int listAdapters(const AdapterOptions& options);
int showAdapter(const AdapterOptions& options);
/// kExitFound where a case fails.
int testAdapters(const AdapterOptions& options);
/// Somebody has looked at a case's expectation.
int reviewAdapterCase(const AdapterOptions& options);
/// kExitFound where there is something to ask.
int lintAdapters(const AdapterOptions& options);
/// kExitFound where members are unread or codes unmapped.
int coverAdapter(const AdapterOptions& options);
/// Drafts a source, and its product where that is new. kExitData where one of that name is there.
int newAdapter(const AdapterOptions& options);
/// A code table from a list, on stdout. kExitFound where names were left out.
int makeCodeTable(const AdapterOptions& options);

}  // namespace yht::app
