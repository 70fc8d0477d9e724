// What SOAP partners build against, printed from the tables: XML Schema of records and operations, WSDL 1.1 with it
// inside. Committed copies: schemas/ (a test holds them equal). Commands: yht schema xsd | wsdl.
// Elements of a record stand by ascending permanent number; what v1 adds to a kind later gets a higher number than it
// has, is optional, and so stands last. Codes are text here: a list that grows must not break who was built before.
// Uses: operations, ticket. Used by: handlers (?wsdl), app (yht schema).
#pragma once

#include <string>
#include <string_view>

namespace yht::soap {

/// Namespace urn:yihaotong:v1, elements qualified.
std::string schemaText();
/// Document/literal wrapped, one binding each for SOAP 1.1 and 1.2, at `address`.
std::string wsdlText(std::string_view address);

}  // namespace yht::soap
