// What is wanted to send results home (结果回传所需文件): certificates, keys and log-ins that a manifest's `results` names and that
// are not in the deployment. The gateway's next start would end at the first of them, so they are looked for before a folder is
// applied. Uses: kit/inbound (manifest). Used by: commands_adapters_grade.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/inbound/manifest.h"

namespace yht::app {

/// Names of files of the deployment; none where nothing goes home.
std::vector<std::string> filesMissingForResults(const kit::Manifest& manifest, const std::string& directory);

}  // namespace yht::app
