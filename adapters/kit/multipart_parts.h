// Where the parts of a multipart body are, and what their headers say. Nothing is decoded or copied but header values.
// Uses: base. Used by: decode_multipart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

struct Part {
    std::string name;                     // bytes as sent
    std::optional<std::string> filename;  // bytes as sent; of filename* where there is one
    bool filename_is_utf8 = false;
    std::string content_type;  // "" none
    std::string charset;       // parameter of content_type, "" none
    std::string_view body;
};

/// Errors: ItemUndecodable (no boundary, torn, headers, a transfer encoding that changes bytes), ItemTooLarge (parts).
base::Result<std::vector<Part>> partsOf(std::string_view message, std::size_t parts_max);

}  // namespace yht::kit
