// A ledger of its own for a sample of a source (样例账本): what admission does with a message that comes twice, decided by the code that
// serves. It lives in a folder of its own, for as long as the question takes; the source is taken as live and named in a registry that
// holds nothing else beside its city's centre.
// Uses: source_messages, ledger, trust. Used by: app (yht adapters test, apply, grade), tests.
#pragma once

#include <string>

#include "adapters/kit/inbound/generated_cases.h"

namespace yht::intake {

/// The second time is an hour later, under the same file name. Errors: those of SourceMessages::submitMessage(); IoFailed where no
/// folder can be made, and what opening a ledger gives.
base::Result<kit::CameTwice> comesTwice(
    const kit::Adapter& adapter, const std::string& message, const kit::MessageContext& context
);

}  // namespace yht::intake
