// An XML message in its own charset, handed on as UTF-8 piece by piece: by its byte order mark, else by the manifest's
// charset, else by its prolog. Uses: charset_decode, gateway/xml. Used by: decode_xml, decode_soap_string.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

/// The first piece holds the prolog whole. Errors: ItemUndecodable (an unknown charset in the prolog; a byte that the
/// charset does not have, after every piece before it), and what `take` returns.
base::Status eachXmlPiece(
    std::string_view message, const std::string& declared_charset,
    const std::function<base::Status(std::string_view)>& take
);

}  // namespace yht::kit
