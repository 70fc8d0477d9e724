// A parsed XML document and its elements. Nothing in it came from anywhere but the bytes given: see
// guarded_parser. Uses: libxml2 (inside). Used by: kit (decode_xml, decode_soap_string), trust and
// intake/soap (WS-Security).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/xml/limits.h"

struct _xmlDoc;
struct _xmlNode;

namespace yht::xml {

class Events;  // stream_parser.h

/// An element of a document: copy freely; valid as long as its document.
class Element {
public:
    explicit Element(const _xmlNode* node) : node_(node) {}

    std::string_view localName() const;
    std::string_view namespaceUri() const;  // "" none
    /// Text of its own text nodes, without that of its child elements.
    std::string text() const;
    /// The attribute of that local name without a namespace; nullopt where absent.
    std::optional<std::string> attribute(const std::string& local_name) const;
    /// The attribute of that local name in that namespace; nullopt where absent.
    std::optional<std::string> attribute(
        const std::string& local_name, std::string_view namespace_uri
    ) const;
    /// The first child element, the next one: nullopt where there is none.
    std::optional<Element> firstChild() const;
    std::optional<Element> nextSibling() const;
    /// The first child element of that local name in any namespace.
    std::optional<Element> child(std::string_view local_name) const;
    /// The element and all in it as events, as a stream parser gives them. False: the events said
    /// stop.
    bool replay(Events& events) const;
    const _xmlNode* native() const { return node_; }

private:
    const _xmlNode* node_;
};

/// Owns: the tree, without comments and processing instructions. Moves.
class Document {
public:
    /// Errors: limits.malformed (not well-formed, DTD, entity, encoding), limits.too_large.
    static base::Result<Document> parse(
        std::string_view text, const Limits& limits = {}, Encoding encoding = Encoding::Declared
    );
    ~Document();
    Document(Document&& other) noexcept;
    Document& operator=(Document&& other) noexcept;

    Element root() const;
    /// For xmlsec and XPath only.
    _xmlDoc* native() const { return document_; }

private:
    explicit Document(_xmlDoc* document) : document_(document) {}
    _xmlDoc* document_;
};

/// An XML declaration ends within so many bytes.
inline constexpr std::size_t kPrologBytesMax = 256;

/// What the text says its encoding is: "UTF-16LE" by byte order mark or by how "<?" stands there,
/// else the name in its prolog in upper case, "" where it says nothing. Looks at the first bytes
/// only.
std::string declaredEncoding(std::string_view text);

}  // namespace yht::xml
