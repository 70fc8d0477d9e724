// The attachments beside the ledger: opened with it, and destroyed with the tickets that an operator erases.
// Uses: config, deployment, attachments, ledger, kit. Used by: control_ledger, control_client, main.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/native_attachments.h"
#include "gateway/app/config.h"
#include "gateway/attachments/store.h"
#include "gateway/base/random.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/partner.h"

namespace yht::app {

/// What a crash left half destroyed is destroyed, or spared where a record names it still.
/// Requires: `ledger` is open for writing, so that no other process uses the folder.
/// Errors: ConfigInvalid, IoFailed, DiskFull, the ledger's.
base::Result<std::unique_ptr<attachments::Store>> openAttachments(
    const Config& config, ledger::Store& ledger, base::Random& random
);

/// Before a ticket is erased: what its records name is noted on the disk. Errors: IoFailed, DiskFull, the ledger's.
base::Status noteAttachmentsOf(
    attachments::Store& attachments, ledger::Store& ledger, const std::string& ticket_no
);
/// After the erasure, or after it failed: destroys what was noted and no record names, spares the rest.
/// `unnamed`: known to be destroyed as well. How many were destroyed. Errors: IoFailed, the ledger's; the next
/// start goes on with what was noted.
base::Result<std::size_t> destroyUnnamed(
    attachments::Store& attachments, ledger::Store& ledger, std::vector<std::string> unnamed
);

/// As destinations are given them. Naming a digest alone opens nothing here either: who handed in the record must
/// have brought the bytes.
kit::ContentFinder contentsOf(
    const attachments::Store& attachments, ledger::Store& ledger, const trust::TrustHolder& trust
);

}  // namespace yht::app
