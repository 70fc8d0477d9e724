#include "gateway/xml/text.h"

namespace yht::xml {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes at `at` that stand for a character XML 1.0 has no form for; 0 where there is one.
std::size_t impossibleAt(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20) return byte == '\t' || byte == '\n' || byte == '\r' ? 0 : 1;
    const auto three = text.substr(at, 3);
    return three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF" ? 3 : 0;
}

void append(std::string& out, std::string_view text, bool attribute) {
    for (std::size_t at = 0; at < text.size();) {
        if (const auto bytes = impossibleAt(text, at); bytes > 0) {
            out += kReplacement;
            at += bytes;
            continue;
        }
        const char c = text[at++];
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>' && !attribute) out += "&gt;";
        else if (c == '\r') out += "&#xD;";
        else if (c == '"' && attribute) out += "&quot;";
        else if (c == '\t' && attribute) out += "&#x9;";
        else if (c == '\n' && attribute) out += "&#xA;";
        else out.push_back(c);
    }
}

}  // namespace

void appendText(std::string& out, std::string_view text) { append(out, text, false); }
void appendAttribute(std::string& out, std::string_view text) { append(out, text, true); }

}  // namespace yht::xml
