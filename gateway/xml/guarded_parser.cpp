#include "gateway/xml/guarded_parser.h"

#include <libxml/SAX2.h>
#include <libxml/xmlIO.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "gateway/xml/document.h"

namespace yht::xml {
namespace {

constexpr std::size_t kPieceBytesMax = 1U
                                       << 20;  // libxml2 counts in int, and buffers a piece whole

xmlParserInput* refuseExternal(const char*, const char*, xmlParserCtxt*) {
    return nullptr;
}

void initialiseOnce() {
    static std::once_flag once;
    std::call_once(once, [] {
        xmlInitParser();
        // Nothing here ever asks for one; nobody in this process is to get one by accident.
        xmlSetExternalEntityLoader(refuseExternal);
    });
}

base::Error tooLarge(const Limits& limits, const char* what, std::size_t max) {
    const std::string bound = std::to_string(max);
    return base::makePublicError(
        limits.too_large, "The XML has more than " + bound + " " + what + ".",
        "XML 超过上限 " + bound + "(" + what + ")。"
    );
}

}  // namespace

/// libxml2's calls back to us; `context` is the parser's context, its _private the GuardedParser.
struct GuardedParser::Callbacks {
    static GuardedParser& of(void* context) {
        return *static_cast<GuardedParser*>(static_cast<xmlParserCtxt*>(context)->_private);
    }

    static void onStart(
        void* context, const xmlChar* local_name, const xmlChar* prefix, const xmlChar* uri,
        int namespace_count, const xmlChar** namespaces, int attribute_count, int defaulted_count,
        const xmlChar** attributes
    ) {
        GuardedParser& self = of(context);
        const auto attached = static_cast<std::size_t>(attribute_count + namespace_count);
        if (++self.depth_ > self.limits_.depth_max)
            return self.refuse(tooLarge(self.limits_, "nested elements", self.limits_.depth_max));
        if (attached > self.limits_.attributes_max) {
            return self.refuse(
                tooLarge(self.limits_, "attributes of an element", self.limits_.attributes_max)
            );
        }
        if (!self.countNodes(1 + attached)) return;
        const ParserEvents::Start start{local_name,      prefix,     uri,
                                        namespace_count, namespaces, attribute_count,
                                        defaulted_count, attributes};
        if (!self.events_.onStart(self.context_, start)) self.stop();
    }

    static void onEnd(
        void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri
    ) {
        GuardedParser& self = of(context);
        --self.depth_;
        if (!self.events_.onEnd(self.context_, name, prefix, uri)) self.stop();
    }

    static void onText(void* context, const xmlChar* text, int bytes) {
        GuardedParser& self = of(context);
        if (!self.events_.onText(self.context_, text, bytes)) self.stop();
    }

    static void onDoctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
        GuardedParser& self = of(context);
        self.refuse(base::makePublicError(
            self.limits_.malformed, "A document type declaration (DTD) is not taken.",
            "不接收文档类型声明(DTD)。"
        ));
    }

    static void onComment(void* context, const xmlChar*) { of(context).countNodes(1); }
    static void onInstruction(void* context, const xmlChar*, const xmlChar*) {
        of(context).countNodes(1);
    }
    static void onReference(void* context, const xmlChar*) {
        GuardedParser& self = of(context);
        self.refuse(base::makePublicError(
            self.limits_.malformed, "An entity that XML does not define is not taken.",
            "不接收 XML 未预定义的实体。"
        ));
    }
};

GuardedParser::GuardedParser(ParserEvents& events, const Limits& limits, Encoding encoding)
    : events_(events), limits_(limits), encoding_(encoding) {
    initialiseOnce();
    context_ = xmlCreatePushParserCtxt(nullptr, nullptr, nullptr, 0, nullptr);
    if (context_ == nullptr) {
        refused_ = base::makeError(base::ErrorCode::Internal, "libxml2 has no memory");
        return;
    }
    context_->_private = this;
    // CDATA comes as text. No NOENT, no DTDLOAD, no XINCLUDE, no HUGE: libxml2's own bounds stay on as well.
    int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    if (encoding == Encoding::Utf8) options |= XML_PARSE_IGNORE_ENC;
    xmlCtxtUseOptions(context_, options);
    xmlSAXHandler& sax = *context_->sax;
    sax.startElementNs = Callbacks::onStart;
    sax.endElementNs = Callbacks::onEnd;
    sax.characters = Callbacks::onText;
    sax.ignorableWhitespace = Callbacks::onText;
    sax.cdataBlock = nullptr;
    sax.internalSubset = Callbacks::onDoctype;
    sax.externalSubset = Callbacks::onDoctype;
    sax.comment = Callbacks::onComment;
    sax.processingInstruction = Callbacks::onInstruction;
    sax.reference = Callbacks::onReference;
}

GuardedParser::~GuardedParser() {
    if (context_ == nullptr) return;
    if (context_->myDoc != nullptr) xmlFreeDoc(context_->myDoc);
    xmlFreeParserCtxt(context_);
}

void GuardedParser::refuse(base::Error error) {
    if (!refused_) refused_ = std::move(error);
    xmlStopParser(context_);
}

void GuardedParser::stop() {
    stopped_ = true;
    xmlStopParser(context_);
}

bool GuardedParser::countNodes(std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ <= limits_.nodes_max) return true;
    refuse(tooLarge(limits_, "nodes", limits_.nodes_max));
    return false;
}

base::Status GuardedParser::checkEncoding(std::string_view head) {
    if (encoding_ == Encoding::Utf8) return {};
    const std::string declared = declaredEncoding(head);
    for (const char* taken : {"", "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII"}) {
        if (declared == taken) return {};
    }
    return base::makePublicError(
        limits_.malformed, "The XML declares an encoding other than UTF-8 and UTF-16.",
        "XML 声明的编码不是 UTF-8 或 UTF-16。"
    );
}

base::Status GuardedParser::status() {
    if (refused_) return *refused_;
    if (stopped_) return {};
    const xmlError* last = xmlCtxtGetLastError(context_);
    if (context_->wellFormed != 0 && (last == nullptr || last->level < XML_ERR_ERROR)) return {};
    const std::string line = std::to_string(last == nullptr ? 0 : last->line);
    refused_ = base::makePublicError(
        limits_.malformed, "The XML is not well-formed, line " + line + ".",
        "XML 格式不正确,第 " + line + " 行。",
        "libxml2 error " + std::to_string(last == nullptr ? 0 : last->code)
    );
    return *refused_;
}

base::Status GuardedParser::feed(std::string_view bytes) {
    if (refused_) return *refused_;
    if (bytes_ == 0) {
        if (auto encoding = checkEncoding(bytes); !encoding) {
            refused_ = encoding.error();
            return encoding;
        }
    }
    bytes_ += bytes.size();
    if (bytes_ > limits_.bytes_max) refuse(tooLarge(limits_, "bytes", limits_.bytes_max));
    while (!bytes.empty() && !refused_ && !stopped_) {
        const std::string_view piece = bytes.substr(0, kPieceBytesMax);
        bytes.remove_prefix(piece.size());
        xmlParseChunk(context_, piece.data(), static_cast<int>(piece.size()), 0);
        if (auto state = status(); !state) return state;
    }
    return status();
}

base::Status GuardedParser::finish() {
    if (!refused_ && !stopped_) xmlParseChunk(context_, nullptr, 0, 1);
    return status();
}

}  // namespace yht::xml
