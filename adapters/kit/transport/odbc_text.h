// Texts on their way into and out of a database: named parameters, and the charset of what goes in.
// Uses: base, iconv. Used by: odbc.
#pragma once

#include <string>
#include <string_view>

#include "adapters/kit/transport/odbc.h"

namespace yht::kit {

/// UTF-8 in the charset, strictly. Errors: MappingFailed where a character is not in it. Requires: a name that
/// CharsetDecoder::open() took.
base::Result<std::string> encodeText(std::string_view utf8, const std::string& charset);

}  // namespace yht::kit
