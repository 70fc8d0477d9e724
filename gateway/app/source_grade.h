// The grade of a source (接入质量等级, kit/inbound/grade.h): what its files say, and with a deployment what the ledger's account,
// messages and records say, and its certificates. For looking only.
// Uses: source_check, replaying, certificate_uses. Used by: commands_adapters_grade, source_watch.
#pragma once

#include <string>

#include "adapters/kit/inbound/grade.h"
#include "gateway/base/random.h"
#include "gateway/ledger/store/store.h"

namespace yht::app {

/// Who is asked beside the files. Without a view: nobody, and what the ledger would say is unknown.
struct GradeWitnesses {
    base::UnixMillis now_ms = 0;
    base::Random& random;
    ledger::View* view = nullptr;
    std::string deployment;  // whose certificates; with `view`
};

/// `directory` holds sources/ and products/. A manifest that can't be read is a fact: no grade. Errors: SourceUnknown;
/// ManifestInvalid of quality.json; the ledger's.
base::Result<kit::Graded> gradeOfSource(const std::string& directory, const std::string& id, const GradeWitnesses& witnesses);

}  // namespace yht::app
