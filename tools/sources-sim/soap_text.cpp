#include "tools/sources-sim/soap_text.h"

#include <algorithm>
#include <utility>

namespace yht::sources_sim {
namespace {

constexpr const char* kNamespace = "http://tempuri.org/";
constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}};

std::string unescaped(std::string_view text) {
    constexpr std::string_view kOpen = "<![CDATA[", kClose = "]]>";
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with(kOpen)) {
            const std::size_t end = std::min(text.find(kClose, at), text.size());
            out += text.substr(at + kOpen.size(), end - at - kOpen.size());
            at = std::min(end + kClose.size(), text.size());
            continue;
        }
        bool found = false;
        for (const auto& [entity, meaning] : kEntities) {
            if (text.substr(at).starts_with(entity)) {
                out += meaning;
                at += entity.size();
                found = true;
                break;
            }
        }
        if (!found) out += text[at++];
    }
    return out;
}

std::string element(std::string_view name, std::string_view text) {
    return "<" + std::string(name) + ">" + escaped(text) + "</" + std::string(name) + ">";
}

std::string envelope(const std::string& body) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>" +
           body + "</soap:Body></soap:Envelope>";
}

template <class Matches>
std::optional<std::string> findElement(std::string_view xml, Matches matches) {
    for (std::size_t open = xml.find('<'); open != xml.npos; open = xml.find('<', open + 1)) {
        const std::size_t end = xml.find_first_of(" \t\r\n/>", open + 1);
        if (end == xml.npos || end == open + 1) continue;
        const std::string_view qualified = xml.substr(open + 1, end - open - 1);
        const std::size_t colon = qualified.find(':');
        if (!matches(colon == qualified.npos ? qualified : qualified.substr(colon + 1))) continue;
        const std::size_t begin = xml.find('>', end);
        const std::size_t close = xml.find("</" + std::string(qualified) + ">", end);
        if (begin == xml.npos || close == xml.npos || close < begin) continue;
        return unescaped(xml.substr(begin + 1, close - begin - 1));
    }
    return std::nullopt;
}

}  // namespace

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

std::string soapCallOf(const Message& message, const std::string& session, const std::string& json) {
    std::string arguments;
    for (const Member& each : message.members) {
        if (each.name == "@OrgNumber") continue;  // it stands last
        if (each.name.starts_with('@')) arguments += element(each.name.substr(1), each.text);
    }
    arguments += element("SessionID", session) + element("strThird", json);
    if (const Member* org = message.find("@OrgNumber")) arguments += element("OrgNumber", org->text);
    return envelope("<" + message.name + " xmlns=\"" + kNamespace + "\">" + arguments + "</" + message.name + ">");
}

std::string soapAnswerOf(const std::string& operation, const std::string& text) {
    return envelope(
        "<" + operation + "Response xmlns=\"" + kNamespace + "\">" + element(operation + "Result", text) + "</" + operation + "Response>"
    );
}

std::optional<std::string> elementOf(std::string_view xml, std::string_view name) {
    return findElement(xml, [&](std::string_view local) { return local == name; });
}

std::optional<std::string> elementEndingWith(std::string_view xml, std::string_view ending) {
    return findElement(xml, [&](std::string_view local) { return local.ends_with(ending); });
}

}  // namespace yht::sources_sim
