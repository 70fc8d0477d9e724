// yht adapters try, record, replay, shadow, grade, apply: work on a source that runs, or is about to.
// Uses: readapting, shadow, control, kit/inbound. Used by: command_line_adapters_work, commands_adapters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/kit/inbound/grade.h"

namespace yht::app {

struct WorkOptions {
    std::string deployment;   // "": none; the ledger is not looked at
    std::string adapters;     // holds sources/ and products/; "": the deployment
    std::string source;
    std::vector<std::string> sources;  // grade; empty: all
    std::vector<std::string> files;    // try, record; "-" standard input
    std::string from, to;              // replay: days
    std::string folder;                // apply, shadow start: holds sources/ and products/
    std::string case_name, why;
    std::uint64_t quarantined = 0, message = 0;  // record
    std::size_t limit = 1000;                    // replay: messages; try --live: items, about
    bool apply = false, json = false;
    bool live = false;     // try: the source itself is asked, as the deployment reaches it
    bool dry_run = false;  // try: asked for, so that nobody takes it for the door

    const std::string& adaptersDirectory() const { return adapters.empty() ? deployment : adapters; }
};

/// What would become of messages: nothing is written, no cursor moves. kExitFound where something would go into quarantine.
int tryAdapter(const WorkOptions& options);
/// A message of a file, the ledger or quarantine becomes a sample case, masked.
int recordSample(const WorkOptions& options);
/// Messages of the ledger adapted by the present version, compared with what was made then; kExitFound where it differs.
int replaySource(const WorkOptions& options);
int startShadow(const WorkOptions& options);
/// kExitFound where something differs, or the run has a problem.
int showShadow(const WorkOptions& options);
int stopShadow(const WorkOptions& options);
/// kExitFound where a source has no grade.
int gradeAdapters(const WorkOptions& options);
/// Lint and samples of the source and of all that share its product, then `config apply`.
int applyAdapter(const WorkOptions& options);

/// A source's grade: facts of the files, and of the ledger where there is a deployment. Errors: ManifestInvalid,
/// SourceUnknown, the ledger's.
base::Result<kit::Graded> gradeSource(const WorkOptions& options, const std::string& source_id);

}  // namespace yht::app
