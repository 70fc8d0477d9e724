#include "tools/exchange-sim/tree.h"

#include <libxml/parser.h>

namespace yht::exchange_sim {

namespace {

std::string_view viewOf(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

struct XmlText {
    explicit XmlText(xmlChar* text) : text(text) {}
    ~XmlText() { xmlFree(text); }
    XmlText(const XmlText&) = delete;
    XmlText& operator=(const XmlText&) = delete;
    xmlChar* text;
};

}  // namespace

Document parse(std::string_view text) {
    constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    Document document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, kOptions)
    );
    if (!document || document->intSubset != nullptr || xmlDocGetRootElement(document.get()) == nullptr) return nullptr;
    return document;
}

std::string write(xmlDoc* document) {
    xmlChar* bytes = nullptr;
    int size = 0;
    xmlDocDumpMemoryEnc(document, &bytes, &size, "UTF-8");
    const XmlText text(bytes);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool is(const xmlNode* node, std::string_view space, std::string_view name) {
    return node->type == XML_ELEMENT_NODE && viewOf(node->name) == name && node->ns != nullptr &&
           viewOf(node->ns->href) == space;
}

std::vector<xmlNode*> childrenOf(const xmlNode* node) {
    std::vector<xmlNode*> children;
    for (xmlNode* child = node->children; child != nullptr; child = child->next)
        if (child->type == XML_ELEMENT_NODE) children.push_back(child);
    return children;
}

xmlNode* onlyChild(const xmlNode* node, std::string_view space, std::string_view name) {
    xmlNode* found = nullptr;
    for (xmlNode* child : childrenOf(node)) {
        if (!is(child, space, name)) continue;
        if (found != nullptr) return nullptr;
        found = child;
    }
    return found;
}

std::string textOf(const xmlNode* node) {
    const XmlText text(xmlNodeGetContent(node));
    return std::string(viewOf(text.text));
}

std::string nameOf(const xmlNode* node) { return std::string(viewOf(node->name)); }

std::string attributeOf(const xmlNode* node, const char* name, const char* space) {
    const auto* wanted = reinterpret_cast<const xmlChar*>(name);
    const XmlText text(
        space == nullptr ? xmlGetNoNsProp(node, wanted)
                         : xmlGetNsProp(node, wanted, reinterpret_cast<const xmlChar*>(space))
    );
    return std::string(viewOf(text.text));
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '&') out += "&amp;";
        else if (c == '"') out += "&quot;";
        else out += c;
    }
    return out;
}

}  // namespace yht::exchange_sim
