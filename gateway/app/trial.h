// The trial ledger (联调账本) of a deployment: a ledger like the live one, in a directory and under a log key of its
// own, with numbers that show what they are (ticket/ticket_number.h). Partners in joint test reach it and nothing
// else; only destinations that routes.yaml calls `trial` are sent what stands in it.
// Uses: deployment, intake/trial. Used by: main.cpp, opened_ledger, the partner command.
#pragma once

#include <memory>
#include <string>

#include "gateway/app/deployment.h"
#include "gateway/intake/admission/admission.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/http/server.h"
#include "gateway/intake/trial/trial_book.h"

namespace yht::app {

/// Whether the deployment has one: trial.directory is set.
bool hasTrial(const Config& config);

/// Makes its log key where there is none yet and `read_only` is false. Requires: hasTrial().
/// Errors: ConfigInvalid, IoFailed, DiskFull; NotFound where `read_only` and nothing was ever written.
base::Result<ledger::SqliteStoreOptions> trialStoreOptions(
    const Config& config, const base::Clock& clock, base::Random& random, bool read_only
);

/// What `serve` holds of it, in the order in which it must go.
struct TrialLedger {
    std::unique_ptr<intake::TrialBook> book;
    std::unique_ptr<ledger::SqliteStore> store;  // its tasks tell the book what failed: gone first
    std::unique_ptr<intake::Admission> admission;
    std::unique_ptr<attachments::Store> attachments;
    std::unique_ptr<intake::SourceMessages> source_messages;

    http::TrialSide side() const { return {*store, *admission, *book, attachments.get(), source_messages.get()}; }
};

/// nullptr where the deployment has none. Errors: the store's; ConfigInvalid.
base::Result<std::unique_ptr<TrialLedger>> openTrial(
    const Config& config, const trust::TrustHolder& trust, const base::Clock& clock, base::Random& random
);

}  // namespace yht::app
