// What sections of a manifest share: names of its secrets, files of the deployment, servers of files, one of several words.
// Uses: manifest, yaml_map. Used by: manifest_pull, manifest_results.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/inbound/manifest.h"
#include "adapters/kit/yaml_map.h"

namespace yht::kit {

/// The section under `key`; its own name in error texts.
YamlMap section(YamlMap& map, const char* key, const char* where);
/// Named by its position in `words`.
std::size_t choose(YamlMap& map, const char* key, const char* fallback, const std::vector<std::string>& words);

/// Mistakes go to the map's problems; none of these finishes it. Requires: the manifest's secrets are read.
class SectionReader {
protected:
    explicit SectionReader(const Manifest& manifest) : manifest_(manifest) {}
    /// The name of an entry of secrets. Absent: `fallback`, or a problem where that is nullptr.
    std::string secret(YamlMap& map, const char* key, const char* fallback) const;
    /// NAME of file:NAME, a file of the deployment; "" where absent.
    std::string file(YamlMap& map, const char* key) const;
    SftpPull sftpAt(YamlMap& map) const;
    FtpsPull ftpsAt(YamlMap& map) const;

    const Manifest& manifest_;
};

}  // namespace yht::kit
