// The files of a source as one YAML tree: the product's, with the source's as a JSON merge patch
// (RFC 7396) over it. Each node carries its file as its tag, so that a mistake is told with the
// file it stands in. A key that stands twice in one map is a mistake: YAML readers differ in which
// one they take. Uses: yaml_map. Used by: manifest reader, app (yht adapters show).
#pragma once

#include <string>

#include "adapters/kit/yaml_map.h"

namespace yht::kit {

/// The effective manifest, and where its vocabularies and functions are looked for.
struct ManifestTree {
    YAML::Node root;  // with the mapping under "mapping"
    std::string source_directory,
        product_directory;  // product_directory "" where it can't be known
};

/// Reads source.yaml, mapping.yaml of sources_directory/id and product.yaml, mapping.yaml of the
/// product that it names. Errors: SourceUnknown where there is no such source; ManifestInvalid.
base::Result<ManifestTree> readManifestTree(
    const std::string& sources_directory, const std::string& products_directory,
    const std::string& id
);

/// The tree as YAML text; values under keys that name a secret, password, token or credential as
/// "***".
std::string effectiveText(const ManifestTree& tree);

/// The same as one JSON object.
std::string effectiveJson(const ManifestTree& tree);

}  // namespace yht::kit
