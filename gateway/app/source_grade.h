// The grade of a source (接入质量等级, kit/inbound/grade.h): what its files say, and with a deployment what the ledger's account,
// messages and records say, and its certificates. For looking only.
// Uses: source_check, replaying, long_reader, certificate_uses. Used by: commands_adapters_grade, source_watch.
#pragma once

#include <string>

#include "adapters/kit/inbound/grade.h"
#include "gateway/app/long_reader.h"
#include "gateway/base/random.h"

namespace yht::app {

/// Who is asked beside the files. Without a ledger: nobody, and what the ledger would say is unknown.
struct GradeWitnesses {
    base::UnixMillis now_ms = 0;
    base::Random& random;
    LongReader* ledger = nullptr;
    std::string deployment;  // whose certificates; with `ledger`
};

/// `directory` holds sources/ and products/. A manifest that can't be read is a fact: no grade. Errors: SourceUnknown;
/// ManifestInvalid of quality.json; as LongReader::view().
base::Result<kit::Graded> gradeOfSource(const std::string& directory, const std::string& id, const GradeWitnesses& witnesses);

}  // namespace yht::app
