// The attachments beside the ledger: opened with it, and destroyed with the tickets that an operator erases.
// Uses: config, deployment, attachments, ledger, kit. Used by: control_ledger, control_client,
// unnamed_attachments, main.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/attachment_destination.h"
#include "gateway/app/config.h"
#include "gateway/attachments/store.h"
#include "gateway/base/random.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/trust/partner.h"

namespace yht::app {

/// Partners as they are now; asked where an attachment may go, for who handed in a record.
using RegistrySource = std::function<base::Result<std::shared_ptr<const trust::TrustSnapshot>>()>;

/// What a crash left half destroyed is destroyed, or spared where its bringer names it still.
/// Requires: `ledger` is open for writing, so that no other process uses the folder.
/// Errors: ConfigInvalid, IoFailed, DiskFull, the ledger's.
base::Result<std::unique_ptr<attachments::Store>> openAttachments(
    const Config& config, ledger::Store& ledger, const RegistrySource& registry, base::Random& random,
    const base::Clock& clock
);
/// Those of the trial ledger, in its directory and within its bound.
base::Result<std::unique_ptr<attachments::Store>> openTrialAttachments(
    const Config& config, ledger::Store& ledger, const RegistrySource& registry, base::Random& random,
    const base::Clock& clock
);

/// In an erasure's transaction: the marks of who handed in the ticket's records are noted on the disk.
/// Errors: IoFailed, DiskFull, the registry's.
base::Status noteErasing(
    attachments::Store& attachments, const RegistrySource& registry, ledger::View& view,
    const std::vector<ledger::NamedAttachment>& named
);
/// After the erasure, or after it failed: of what was noted, the marks go whose partner has no other record that
/// names the attachment, and with its last mark the attachment. How many attachments were destroyed.
/// Errors: IoFailed, DiskFull, the ledger's, the registry's; the next start goes on with what was noted.
base::Result<std::size_t> endErasing(
    attachments::Store& attachments, ledger::Store& ledger, const RegistrySource& registry
);

/// The same for one digest: whether the attachment was destroyed.
base::Result<bool> endErasing(
    attachments::Store& attachments, ledger::Store& ledger, const trust::TrustSnapshot& registry, const std::string& digest
);
/// Whether a record names the digest that a partner handed in for whom `is` holds. Holds too where more records name
/// it than can be looked at.
bool isNamedBy(
    ledger::View& view, const trust::TrustSnapshot& registry, const std::string& digest,
    const attachments::PartnerTest& is
);

/// As destinations are given them. Naming a digest alone opens nothing here either: who handed in the record must
/// have brought the bytes.
kit::ContentFinder contentsOf(
    const attachments::Store& attachments, ledger::Store& ledger, const trust::TrustHolder& trust
);

}  // namespace yht::app
