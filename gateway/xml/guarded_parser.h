// Inside the room only: a libxml2 push parser with every guard in place. document and stream_parser
// differ in what they do with an element; what a stranger may send is decided here. Uses: libxml2.
// Used by: document, stream_parser.
#pragma once

#include <libxml/parser.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/xml/limits.h"
#include "gateway/xml/tag_scanner.h"

namespace yht::xml {

/// Into libxml2's text; "" for none.
inline std::string_view viewOf(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// What is done with what the parser finds. Pointers as libxml2 gives them, for the length of the
/// call.
class ParserEvents {
public:
    virtual ~ParserEvents() = default;
    struct Start {
        const xmlChar* local_name;
        const xmlChar* prefix;
        const xmlChar* uri;
        int namespace_count;
        const xmlChar** namespaces;
        int attribute_count, defaulted_count;
        const xmlChar** attributes;  // five pointers each
    };
    /// False: enough, stop without an error.
    virtual bool onStart(xmlParserCtxt* context, const Start& start) = 0;
    virtual bool onEnd(
        xmlParserCtxt* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri
    ) = 0;
    virtual bool onText(xmlParserCtxt* context, const xmlChar* text, int bytes) = 0;
};

/// One text, once. One thread.
class GuardedParser {
public:
    GuardedParser(ParserEvents& events, const Limits& limits, Encoding encoding);
    ~GuardedParser();
    GuardedParser(const GuardedParser&) = delete;
    GuardedParser& operator=(const GuardedParser&) = delete;

    /// The next piece. After an error or a stop every later piece is ignored.
    base::Status feed(std::string_view bytes);
    /// The end of the text. Errors: it is not whole.
    base::Status finish();
    bool stopped() const { return stopped_; }
    xmlParserCtxt* context() { return context_; }

private:
    struct Callbacks;
    void refuse(base::Error error);
    void stop();
    bool countNodes(std::size_t nodes);
    base::Status status();
    /// Decides what the bytes are from head_, and takes the byte order mark off. Errors: an
    /// encoding that is not taken.
    base::Status begin();
    base::Status parse(std::string_view bytes);

    ParserEvents& events_;
    const Limits limits_;
    const Encoding encoding_;
    xmlParserCtxt* context_ = nullptr;
    std::size_t bytes_ = 0, depth_ = 0, nodes_ = 0, text_bytes_ = 0;
    std::string head_;                   // kept back until the encoding is known
    std::optional<TagScanner> scanner_;  // from then on
    std::optional<base::Error> refused_;
    bool stopped_ = false;
};

}  // namespace yht::xml
