// UTF-8 text in a far side's charset, for answers and files that go out. The reverse of charset_decode, with one mercy: a
// character that the charset lacks becomes "?". Whoever must not lose any measures first (charset.h).
// Uses: base, iconv. Used by: intake/channels, file_batch.
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

/// `name` as charset_decode.h takes it. Errors: ManifestInvalid for a name that iconv does not know.
base::Result<std::string> encodeCharset(std::string_view utf8, const std::string& name);

}  // namespace yht::kit
