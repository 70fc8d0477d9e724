// libxml2 for this stranger: documents of its own, elements by name. Not gateway/xml on purpose.
// Uses: libxml2. Used by: the rest of the room.
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yht::exchange_sim {

inline constexpr const char* kReportNamespace = "http://exchange.xiang.example/hotline/report/1";
inline constexpr const char* kSoap11 = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr const char* kSoap12 = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr const char* kAddressing = "http://www.w3.org/2005/08/addressing";
inline constexpr const char* kSecurity =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr const char* kUtility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
inline constexpr const char* kSignature = "http://www.w3.org/2000/09/xmldsig#";

struct DocumentDeleter {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, DocumentDeleter>;

/// nullptr where it is no XML, or has a document type: nothing is ever fetched or expanded.
Document parse(std::string_view text);
std::string write(xmlDoc* document);

bool is(const xmlNode* node, std::string_view space, std::string_view name);
/// Child elements, in order.
std::vector<xmlNode*> childrenOf(const xmlNode* node);
/// The only child of that name; nullptr where there is none, or several.
xmlNode* onlyChild(const xmlNode* node, std::string_view space, std::string_view name);
std::string textOf(const xmlNode* node);
std::string nameOf(const xmlNode* node);
/// The attribute's text, "" where absent; `space` "" none.
std::string attributeOf(const xmlNode* node, const char* name, const char* space = nullptr);

/// Text for an element or an attribute.
std::string escaped(std::string_view text);

}  // namespace yht::exchange_sim
