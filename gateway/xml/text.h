// Text put into XML, in the form that canonical XML has it (Canonical XML 1.0 section 2.3): what is written so is its
// own canonical form, and can be digested as it stands.
// Uses: std. Used by: trust (SOAP signatures), intake/soap.
#pragma once

#include <string>
#include <string_view>

namespace yht::xml {

/// Appends the content of a text node. Characters that XML 1.0 can't hold (controls, U+FFFE, U+FFFF) become U+FFFD.
/// Requires: well-formed UTF-8.
void appendText(std::string& out, std::string_view text);
/// Appends the value of an attribute, to stand between double quotes. The same otherwise.
void appendAttribute(std::string& out, std::string_view text);

}  // namespace yht::xml
