// The `pull` section of a manifest. Keys: adapters/README.md. Mistakes go to the map's problems.
// Uses: pull_rules, yaml_map. Used by: manifest reader.
#pragma once

#include <map>
#include <string>

#include "adapters/kit/inbound/pull_rules.h"
#include "adapters/kit/yaml_map.h"

namespace yht::kit {

/// `secrets`: the manifest's; what the section names must stand there.
PullRules readPullRules(YamlMap map, const std::map<std::string, std::string>& secrets);

}  // namespace yht::kit
