// A manifest tree as typed values: one function a section, every key known, all mistakes at once.
// Uses: manifest_tree, mapping_reader. Used by: adapter, app (yht adapters …).
#pragma once

#include "adapters/kit/inbound/manifest_tree.h"
#include "adapters/kit/inbound/mapping_rules.h"

namespace yht::kit {

struct ReadManifest {
    Manifest manifest;
    MappingRules mapping;
    std::string files_read;  // vocabularies and functions, for the version
};

/// Errors: ManifestInvalid, every mistake a line of `detail` with file, line, key and the nearest
/// right name.
base::Result<ReadManifest> readManifest(const ManifestTree& tree, const std::string& id);

/// The `endpoints` section, after everything else that it leans on; mistakes go to `problems`. manifest_endpoints.cpp.
std::vector<EndpointRules> readEndpoints(
    YamlMap& root, const ManifestTree& tree, const Manifest& manifest, YamlProblems& problems
);

/// The `decode` section; mistakes go to the map's problems. manifest_decode.cpp.
DecodeRules readDecodeRules(YamlMap map);

/// The `pull` section; nothing where there is none. Requires: secrets and decode are read. manifest_pull.cpp.
std::optional<PullRules> readPullRules(YamlMap map, const Manifest& manifest);

/// The `results` section; nothing where there is none. Requires: secrets are read. manifest_results.cpp.
std::optional<ResultsRules> readResultsRules(YamlMap map, const ManifestTree& tree, const Manifest& manifest);

}  // namespace yht::kit
