// What the workers of pulled sources need of the deployment: secrets are files of it, read when a connection is made, so
// that a new password needs no reload. Uses: intake/pull, deployment. Used by: main.cpp, commands_adapters_live.
#pragma once

#include "gateway/app/deployment.h"
#include "gateway/intake/pull/source_worker.h"
#include "gateway/trust/revocation_book.h"

namespace yht::app {

/// The value behind a manifest's "file:NAME" in that deployment. Errors: ConfigInvalid, also where others may read the file.
std::function<base::Result<std::string>(const std::string& reference)> secretsOf(const std::string& directory);

/// What a puller needs to look at a live source and change nothing there or here: secrets of the deployment, what `view` remembers
/// of the source's files. References must outlive it.
kit::PullSurroundings drySurroundings(
    const std::string& directory, const kit::Manifest& manifest, ledger::View& view, const base::Clock& clock
);

/// References must outlive what is made of it.
intake::PullParts pullParts(
    const Config& config, ledger::Store& store, intake::SourceMessages& messages, const trust::TrustHolder& trust,
    const base::Clock& clock, base::Random& random, trust::RevocationBook& revocation
);

}  // namespace yht::app
