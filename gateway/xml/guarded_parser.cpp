#include "gateway/xml/guarded_parser.h"

#include <libxml/SAX2.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlIO.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "gateway/xml/document.h"

namespace yht::xml {
namespace {

constexpr std::size_t kPieceBytesMax = 1U
                                       << 20;  // libxml2 counts in int, and buffers a piece whole

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::size_t kUtf16MarkBytes = 2;
constexpr std::string_view kProlog = "<?xml";

/// Of a text in bytes: its XML declaration, where there is one, ends within the bound.
bool prologEnds(std::string_view text) {
    // "<?xml-stylesheet" is an instruction like any other.
    const bool there =
        text.starts_with(kProlog) && text.size() > kProlog.size() &&
        std::string_view(" \t\r\n").find(text[kProlog.size()]) != std::string_view::npos;
    return !there || text.substr(0, kPrologBytesMax).find("?>") != std::string_view::npos;
}

/// More has to be seen before the encoding is known.
bool headIncomplete(std::string_view head) {
    if (head.size() < 4) return true;
    if (head.starts_with(kUtf8Mark)) head.remove_prefix(kUtf8Mark.size());
    if (head.size() <= kProlog.size()) return kProlog.starts_with(head);
    return head.size() < kPrologBytesMax && !prologEnds(head);
}

xmlCharEncoding nativeName(ByteForm form) {
    switch (form) {
        case ByteForm::Utf16Little:
            return XML_CHAR_ENCODING_UTF16LE;
        case ByteForm::Utf16Big:
            return XML_CHAR_ENCODING_UTF16BE;
        case ByteForm::Utf8:
            break;
    }
    return XML_CHAR_ENCODING_UTF8;
}

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

base::Error tooLarge(const Limits& limits, base::ErrorCode code, const char* what, std::size_t max) {
    const std::string bound = std::to_string(max);
    const auto behind = [](const char* advice) { return *advice == '\0' ? "" : " " + std::string(advice); };
    return base::makePublicError(
        code,
        "The XML has more than " + bound + " " + what + "." + behind(limits.advice_en),
        "XML 超过上限 " + bound + "(" + what + ")。" + behind(limits.advice_zh)
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
        self.text_bytes_ = 0;
        const auto attached = static_cast<std::size_t>(attribute_count + namespace_count);
        if (++self.depth_ > self.limits_.depth_max)
            return self.refuse(tooLarge(self.limits_, self.limits_.too_deep, "nested elements", self.limits_.depth_max));
        // Every name with a prefix is looked for among all of them.
        if (static_cast<std::size_t>(self.context_->nsNr) / 2 > self.limits_.namespaces_max) {
            return self.refuse(
                tooLarge(self.limits_, self.limits_.start_tag, "namespaces open", self.limits_.namespaces_max)
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
        self.text_bytes_ = 0;
        --self.depth_;
        if (!self.events_.onEnd(self.context_, name, prefix, uri)) self.stop();
    }

    static void onText(void* context, const xmlChar* text, int bytes) {
        GuardedParser& self = of(context);
        self.text_bytes_ += static_cast<std::size_t>(bytes);
        if (self.text_bytes_ > self.limits_.text_bytes_max) {
            return self.refuse(
                tooLarge(self.limits_, self.limits_.too_large, "bytes in one text", self.limits_.text_bytes_max)
            );
        }
        if (!self.events_.onText(self.context_, text, bytes)) self.stop();
    }

    static void onDoctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
        GuardedParser& self = of(context);
        self.refuse(base::makePublicError(
            self.limits_.dtd, "A document type declaration (DTD) is not taken.",
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
            self.limits_.dtd, "An entity that XML does not define is not taken.",
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
    // CDATA comes as text. No NOENT, no DTDLOAD, no XINCLUDE, no HUGE: libxml2's own bounds stay on
    // as well.
    xmlCtxtUseOptions(
        context_, XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                      XML_PARSE_IGNORE_ENC
    );
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
    refuse(tooLarge(limits_, limits_.too_large, "nodes", limits_.nodes_max));
    return false;
}

base::Status GuardedParser::begin() {
    const std::string_view head = head_;
    const std::string declared = declaredEncoding(head);
    const bool marked = head.starts_with(kUtf8Mark);
    if (!prologEnds(marked ? head.substr(kUtf8Mark.size()) : head)) {
        return base::makePublicError(
            limits_.malformed,
            "The XML declaration does not end within " + std::to_string(kPrologBytesMax) +
                " bytes.",
            "XML 声明未在 " + std::to_string(kPrologBytesMax) + " 字节内结束。"
        );
    }
    ByteForm form = ByteForm::Utf8;
    if (encoding_ == Encoding::Declared) {
        const bool pairs = !head.starts_with('<') || head.starts_with(std::string_view("<\0", 2));
        if (pairs && declared == "UTF-16LE") {
            form = ByteForm::Utf16Little;
        } else if (pairs && declared == "UTF-16BE") {
            form = ByteForm::Utf16Big;
        } else if (!declared.empty() && declared != "UTF-8" && declared != "US-ASCII") {
            return base::makePublicError(
                limits_.malformed, "The XML declares an encoding other than UTF-8 and UTF-16.",
                "XML 声明的编码不是 UTF-8 或 UTF-16。"
            );
        }
    }
    // Said to libxml2, so that it does not guess from the first bytes: it knows EBCDIC and UCS-4
    // too.
    xmlSwitchEncoding(context_, nativeName(form));
    scanner_.emplace(limits_, form);
    if (marked) head_.erase(0, kUtf8Mark.size());
    if (form != ByteForm::Utf8 && !head_.starts_with('<') && !head_.starts_with('\0'))
        head_.erase(0, kUtf16MarkBytes);
    return {};
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
    bytes_ += bytes.size();
    if (bytes_ > limits_.bytes_max) refuse(tooLarge(limits_, limits_.too_large, "bytes", limits_.bytes_max));
    if (refused_ || stopped_) return status();
    if (scanner_) return parse(bytes);
    head_ += bytes.substr(0, kPrologBytesMax);
    bytes.remove_prefix(std::min(bytes.size(), kPrologBytesMax));
    if (headIncomplete(head_)) return {};
    if (auto begun = begin(); !begun) {
        refused_ = begun.error();
        return begun;
    }
    if (auto parsed = parse(head_); !parsed) return parsed;
    return parse(bytes);
}

base::Status GuardedParser::parse(std::string_view bytes) {
    while (!bytes.empty() && !refused_ && !stopped_) {
        const std::string_view piece = bytes.substr(0, kPieceBytesMax);
        bytes.remove_prefix(piece.size());
        const std::size_t allowed = scanner_->scan(piece);
        // What stands before the tag is parsed first: a list's entries before it count.
        if (allowed > 0) xmlParseChunk(context_, piece.data(), static_cast<int>(allowed), 0);
        if (auto state = status(); !state) return state;
        if (stopped_ || !scanner_->broken()) continue;
        refuse(
            scanner_->broken() == TagScanner::Broken::Bytes
                ? tooLarge(limits_, limits_.start_tag, "bytes in a tag", limits_.start_tag_bytes_max)
                : tooLarge(limits_, limits_.start_tag, "attributes of an element", limits_.attributes_max)
        );
    }
    return status();
}

base::Status GuardedParser::finish() {
    if (refused_ || stopped_) return status();
    if (!scanner_) {
        if (auto begun = begin(); !begun) {
            refused_ = begun.error();
            return begun;
        }
        if (auto parsed = parse(head_); !parsed) return parsed;
    }
    if (!stopped_) xmlParseChunk(context_, nullptr, 0, 1);
    return status();
}

}  // namespace yht::xml
