// The adapters of a deployment: sources/<id>/source.yaml and what stands beside it, over products/<product>/.
//   DEPLOYMENT/sources    one folder a source, named by its id; none: no source speaks its own format
//   DEPLOYMENT/products   the products that they name; a link to the installed ones as a rule
// Every manifest's source must stand in sources.yaml: tickets are numbered under its region.
// Uses: kit/inbound, admission (source_adapters), trust. Used by: gateway, control_quarantine, commands_config, main.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/trust/partner.h"

namespace yht::app {

inline constexpr std::size_t kSourceFoldersMax = 500;

/// Names of the folders in it, in order; none where there is no such directory. Errors: ConfigInvalid (too many), IoFailed.
base::Result<std::vector<std::string>> sourceFolders(const std::string& directory);

/// All or nothing. Errors: ConfigInvalid and ManifestInvalid, `detail` a line for every mistake of every source.
base::Result<std::shared_ptr<const intake::SourceAdapters>> loadSourceAdapters(
    const std::string& directory, const trust::TrustSnapshot& trust
);

}  // namespace yht::app
