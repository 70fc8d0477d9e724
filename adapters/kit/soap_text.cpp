#include "adapters/kit/soap_text.h"

#include "adapters/kit/escaped_text.h"
#include "gateway/xml/document.h"

namespace yht::kit {
namespace {

/// Counts and keeps elements of that name below `at`; as deep as Limits::depth_max lets a document be.
void collect(const xml::Element& at, const std::string& name, std::vector<std::string>& texts) {
    for (auto child = at.firstChild(); child; child = child->nextSibling()) {
        if (child->localName() == name) texts.push_back(child->text());
        collect(*child, name, texts);
    }
}

}  // namespace

std::string soapCall(const SoapCallRules& rules, const std::string& text) {
    const auto attribute = [](const std::string& plain) { return escaped(plain, Escape::Xml); };
    std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope "
                       "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><" +
                       rules.operation + " xmlns=\"" + attribute(rules.namespace_uri) + "\">";
    for (const auto& [name, value] : rules.arguments) {
        body += "<" + name + ">" + attribute(value) + "</" + name + ">";
    }
    body += "<" + rules.argument + ">" + cdata(text) + "</" + rules.argument + ">";
    return body + "</" + rules.operation + "></soap:Body></soap:Envelope>";
}

std::optional<std::string> soapAnswer(std::string_view envelope, const std::string& element) {
    xml::Limits limits;
    limits.bytes_max = kSoapAnswerBytesMax;
    const auto document = xml::Document::parse(envelope, limits);
    if (!document || document->root().localName() != "Envelope") return std::nullopt;
    const auto body = document->root().child("Body");
    if (!body) return std::nullopt;
    std::vector<std::string> texts;
    collect(*body, element, texts);
    if (texts.size() != 1) return std::nullopt;
    return texts.front();
}

}  // namespace yht::kit
