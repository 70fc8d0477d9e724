#include "gateway/xml/document.h"

#include <libxml/SAX2.h>
#include <libxml/tree.h>

#include <utility>
#include <vector>

#include "gateway/xml/guarded_parser.h"
#include "gateway/xml/stream_parser.h"

namespace yht::xml {
namespace {

/// libxml2's own way of building a tree.
class TreeEvents final : public ParserEvents {
public:
    bool onStart(xmlParserCtxt* context, const Start& start) override {
        xmlSAX2StartElementNs(
            context, start.local_name, start.prefix, start.uri, start.namespace_count,
            start.namespaces, start.attribute_count, start.defaulted_count, start.attributes
        );
        return true;
    }
    bool onEnd(
        xmlParserCtxt* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri
    ) override {
        xmlSAX2EndElementNs(context, name, prefix, uri);
        return true;
    }
    bool onText(xmlParserCtxt* context, const xmlChar* text, int bytes) override {
        xmlSAX2Characters(context, text, bytes);
        return true;
    }
};

const xmlNode* firstElement(const xmlNode* node) {
    while (node != nullptr && node->type != XML_ELEMENT_NODE) node = node->next;
    return node;
}

std::optional<Element> elementOf(const xmlNode* node) {
    if (node == nullptr) return std::nullopt;
    return Element(node);
}

bool startOf(const xmlNode* node, Events& events) {
    std::vector<std::string> values;
    std::vector<Attribute> attributes;
    for (const xmlAttr* each = node->properties; each != nullptr; each = each->next) {
        std::string value;
        for (const xmlNode* part = each->children; part != nullptr; part = part->next)
            value += viewOf(part->content);
        values.push_back(std::move(value));
    }
    std::size_t next = 0;
    for (const xmlAttr* each = node->properties; each != nullptr; each = each->next) {
        attributes.push_back(
            {viewOf(each->name), each->ns == nullptr ? "" : viewOf(each->ns->href), values[next++]}
        );
    }
    const Element element(node);
    return events.onStart({element.localName(), element.namespaceUri(), attributes});
}

}  // namespace

std::string_view Element::localName() const {
    return viewOf(node_->name);
}

std::string_view Element::namespaceUri() const {
    return node_->ns == nullptr ? std::string_view() : viewOf(node_->ns->href);
}

std::string Element::text() const {
    std::string out;
    for (const xmlNode* each = node_->children; each != nullptr; each = each->next) {
        if (each->type == XML_TEXT_NODE || each->type == XML_CDATA_SECTION_NODE)
            out += viewOf(each->content);
    }
    return out;
}

std::optional<std::string> Element::attribute(const std::string& local_name) const {
    return attribute(local_name, {});
}

std::optional<std::string> Element::attribute(
    const std::string& local_name, std::string_view namespace_uri
) const {
    for (const xmlAttr* each = node_->properties; each != nullptr; each = each->next) {
        const std::string_view space = each->ns == nullptr ? "" : viewOf(each->ns->href);
        if (space != namespace_uri || viewOf(each->name) != local_name) continue;
        std::string value;
        for (const xmlNode* part = each->children; part != nullptr; part = part->next)
            value += viewOf(part->content);
        return value;
    }
    return std::nullopt;
}

std::optional<Element> Element::firstChild() const {
    return elementOf(firstElement(node_->children));
}

std::optional<Element> Element::nextSibling() const {
    return elementOf(firstElement(node_->next));
}

std::optional<Element> Element::child(std::string_view local_name) const {
    for (auto each = firstChild(); each; each = each->nextSibling()) {
        if (each->localName() == local_name) return each;
    }
    return std::nullopt;
}

// Without recursion: what the parser let in may be deep, and a stack is not ours to bound.
bool Element::replay(Events& events) const {
    if (!startOf(node_, events)) return false;
    const xmlNode* at = node_;
    bool down = true;  // `at` has been started, its children not yet looked at
    for (;;) {
        const xmlNode* next = down ? at->children : at->next;
        if (next == nullptr) {
            if (!down) at = at->parent;
            if (!events.onEnd()) return false;
            if (at == node_) return true;
            down = false;
            continue;
        }
        at = next;
        down = at->type == XML_ELEMENT_NODE;
        if (down && !startOf(at, events)) return false;
        if (at->type == XML_TEXT_NODE && !events.onText(viewOf(at->content))) return false;
    }
}

base::Result<Document> Document::parse(
    std::string_view text, const Limits& limits, Encoding encoding
) {
    TreeEvents events;
    GuardedParser parser(events, limits, encoding);
    if (auto fed = parser.feed(text); !fed) return std::move(fed).error();
    if (auto whole = parser.finish(); !whole) return std::move(whole).error();
    Document document(std::exchange(parser.context()->myDoc, nullptr));
    if (document.document_ == nullptr || xmlDocGetRootElement(document.document_) == nullptr)
        return base::makeError(limits.malformed, "no root element");
    return document;
}

Document::~Document() {
    if (document_ != nullptr) xmlFreeDoc(document_);
}
Document::Document(Document&& other) noexcept
    : document_(std::exchange(other.document_, nullptr)) {}
Document& Document::operator=(Document&& other) noexcept {
    std::swap(document_, other.document_);
    return *this;
}

Element Document::root() const {
    return Element(xmlDocGetRootElement(document_));
}

std::string declaredEncoding(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) return "UTF-8";
    if (text.starts_with("\xFF\xFE") || text.starts_with(std::string_view("<\0?\0", 4)))
        return "UTF-16LE";
    if (text.starts_with("\xFE\xFF") || text.starts_with(std::string_view("\0<\0?", 4)))
        return "UTF-16BE";
    if (!text.starts_with("<?xml")) return "";
    std::string_view prolog = text.substr(0, kPrologBytesMax);
    prolog = prolog.substr(0, prolog.find("?>"));
    std::size_t at = prolog.find("encoding");
    if (at == std::string_view::npos) return "";
    at = prolog.find_first_of("\"'", at);
    if (at == std::string_view::npos) return "";
    const std::size_t end = prolog.find(prolog[at], at + 1);
    if (end == std::string_view::npos) return "";
    std::string name(prolog.substr(at + 1, end - at - 1));
    for (char& c : name) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return name;
}

}  // namespace yht::xml
