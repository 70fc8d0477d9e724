// Which Content-Type a source's format may come with. Generous: old systems name what they send in many ways, and the
// decoder judges the bytes. application/octet-stream, and none at all, are taken for every format.
// Uses: kit. Used by: source_messages.
#pragma once

#include <string>
#include <string_view>

#include "adapters/kit/decode_rules.h"

namespace yht::intake {

/// `content_type` as the transport said it, with or without parameters.
bool takesContentType(kit::Format format, std::string_view content_type);

/// MediaTypeUnsupported, naming what is taken.
base::Error wrongContentType(kit::Format format);

}  // namespace yht::intake
