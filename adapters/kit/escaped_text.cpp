#include "adapters/kit/escaped_text.h"

#include "gateway/json/json.h"

namespace yht::kit {
namespace {

void appendXml(std::string& out, char c) {
    switch (c) {
        case '<': out += "&lt;"; return;
        case '>': out += "&gt;"; return;
        case '&': out += "&amp;"; return;
        case '"': out += "&quot;"; return;
        case '\r': out += "&#13;"; return;
        default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 && c != '\n' && c != '\t' ? '?' : c;
}

/// U+FFFE and U+FFFF are no characters of XML.
void replaceNoncharacters(std::string& text) {
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (auto at = text.find(bad); at != text.npos; at = text.find(bad, at)) text.replace(at, bad.size(), "?");
    }
}

}  // namespace

Escape escapeOf(std::string_view content_type) {
    if (content_type.find("json") != content_type.npos) return Escape::Json;
    return content_type.find("xml") == content_type.npos ? Escape::None : Escape::Xml;
}

std::string escaped(std::string_view text, Escape escape) {
    if (escape == Escape::None) return std::string(text);
    std::string out;
    if (escape == Escape::Json) {
        json::appendCanonicalString(out, text);
        return out.substr(1, out.size() - 2);
    }
    for (const char c : text) appendXml(out, c);
    replaceNoncharacters(out);
    return out;
}

std::string cdata(std::string text) {
    replaceNoncharacters(text);
    constexpr std::string_view kEnd = "]]>", kSplit = "]]]]><![CDATA[>";
    for (auto at = text.find(kEnd); at != text.npos; at = text.find(kEnd, at + kSplit.size())) {
        text.replace(at, kEnd.size(), kSplit);
    }
    return "<![CDATA[" + text + "]]>";
}

}  // namespace yht::kit
