// What the workers of pulled sources need of the deployment: secrets are files of it, read when a connection is made, so
// that a new password needs no reload. Uses: intake/pull, deployment. Used by: main.cpp.
#pragma once

#include "gateway/app/deployment.h"
#include "gateway/intake/pull/source_worker.h"

namespace yht::app {

/// References must outlive what is made of it.
intake::PullParts pullParts(
    const Config& config, ledger::Store& store, intake::SourceMessages& messages, const trust::TrustHolder& trust,
    const base::Clock& clock, base::Random& random
);

}  // namespace yht::app
