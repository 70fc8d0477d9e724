// XPath 1.0 over a document, with a bound on the work: an expression is a manifest's and trusted, the document it meets
// is not. Names without prefix are names without namespace, as XPath has it; use prefixes or local-name().
// Uses: document. Used by: kit (decode_xml).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/xml/document.h"

namespace yht::xml {

struct XPathLimits {
    std::size_t expression_bytes_max = 1'000;
    unsigned long operations_max = 2'000'000;  // libxml2's count: about one for each node looked at
    std::size_t elements_max = 500'000;        // in the answer
};

using Prefixes = std::vector<std::pair<std::string, std::string>>;  // prefix → URI

/// Errors: ManifestInvalid where it is no XPath, or names a prefix that is not there.
base::Status checkXPath(
    const std::string& expression, const Prefixes& prefixes, const XPathLimits& limits = {}
);

/// The elements that it selects, in document order. Errors: ManifestInvalid (no XPath; it does not select elements),
/// ItemTooLarge (a bound).
base::Result<std::vector<Element>> selectElements(
    const Document& document, const std::string& expression, const Prefixes& prefixes,
    const XPathLimits& limits = {}
);

}  // namespace yht::xml
