// The section `attachments` of a manifest, and the templates in it. Uses: manifest, yaml_map. Used by: manifest reader,
// intake/attach.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/kit/inbound/manifest.h"
#include "adapters/kit/yaml_map.h"

namespace yht::kit {

AttachmentAccess readAttachmentAccess(YamlMap map);

/// Every secret that a template names must stand under `secrets`.
void checkSecrets(const Manifest& manifest, YamlMap& root);

/// `text` with each {name} replaced by what `valueOf` says of it; nullopt where it says nothing of one. Braces around
/// anything but a word (letters, digits, _ - . :) are plain text: JSON bodies have many.
std::optional<std::string> fillTemplate(
    std::string_view text, const std::function<std::optional<std::string>(std::string_view name)>& valueOf
);

}  // namespace yht::kit
