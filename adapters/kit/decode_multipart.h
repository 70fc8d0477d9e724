// multipart/form-data (RFC 7578): the message is one item, its parts the members.
//   boundary   the message's first line says it: what a transport knows of Content-Type does not come here
//   a field    Text, in the charset of its own Content-Type, else the manifest's
//   a file     an object {filename, content_type, base64}: a mapping takes its bytes as an attachment by value
//   a name     that comes twice is a List; names and file names are in the manifest's charset, filename* in UTF-8
//   inner      where InnerRules::element names a part, that part's bytes go to another decoder, whose items are the
//              items; the other parts are not read
//   torn       without its closing boundary the message is an error
// Uses: charset_decode, array_paths, decode_rules. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

inline constexpr std::size_t kPartHeadersMax = 16;
inline constexpr std::size_t kPartHeaderBytesMax = 8U << 10;  // all header lines of a part
inline constexpr std::size_t kBoundaryBytesMax = 70;          // RFC 2046 5.1.1

/// Errors: ManifestInvalid (charset, array_paths, inner rules).
base::Result<std::shared_ptr<const Decoder>> makeMultipartDecoder(const DecodeRules& rules);

}  // namespace yht::kit
