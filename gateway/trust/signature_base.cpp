// The signature base of RFC 9421 section 2.5: a line per covered component, then the parameters.
// Derived components (section 2.2) come from the head's method, target_uri and status, never from a
// socket.
#include "gateway/trust/message_signature.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace yht::trust {
namespace {

using base::ErrorCode;

base::Error refusedComponent(const Component& component, const char* why_en, const char* why_zh) {
    return base::makePublicError(
        ErrorCode::SignatureMalformed,
        "Covered component " + component.identifier + " " + why_en + ".",
        "签名所覆盖的部分 " + component.identifier + " " + why_zh + "。"
    );
}

/// "https://Host:443/path?query" cut into its parts (RFC 3986). A target without scheme has only
/// path and query.
struct Target {
    std::string scheme;      // lower case
    std::string authority;   // lower case, default port left out
    std::string_view path;   // "/" where empty
    std::string_view query;  // with its "?", "" where absent
    std::string_view path_and_query;
};

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return lower;
}

Target splitTarget(std::string_view uri) {
    Target target;
    if (const auto scheme_end = uri.find("://");
        scheme_end != std::string_view::npos && !uri.starts_with('/')) {
        target.scheme = lowered(uri.substr(0, scheme_end));
        uri.remove_prefix(scheme_end + 3);
        const auto authority_end = std::min(uri.find_first_of("/?#"), uri.size());
        target.authority = lowered(uri.substr(0, authority_end));
        uri.remove_prefix(authority_end);
        const std::string_view default_port = target.scheme == "https" ? ":443" : ":80";
        if (target.authority.ends_with(default_port)) {
            target.authority.resize(target.authority.size() - default_port.size());
        }
    }
    uri = uri.substr(0, uri.find('#'));
    target.path_and_query = uri;
    const auto query_start = std::min(uri.find('?'), uri.size());
    target.path = query_start == 0 ? "/" : uri.substr(0, query_start);
    target.query = uri.substr(query_start);
    return target;
}

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// application/x-www-form-urlencoded, decoded and encoded again: one text for every spelling
// (section 2.2.8).
std::string reencoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char octet = static_cast<unsigned char>(text[at]);
        if (octet == '+') {
            octet = ' ';
        } else if (octet == '%' && at + 2 < text.size() && hexValue(text[at + 1]) >= 0 && hexValue(text[at + 2]) >= 0) {
            octet =
                static_cast<unsigned char>(hexValue(text[at + 1]) * 16 + hexValue(text[at + 2]));
            at += 2;
        }
        const bool plain = (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
                           (octet >= 'A' && octet <= 'Z') || octet == '*' || octet == '-' ||
                           octet == '.' || octet == '_';
        if (plain) {
            out += static_cast<char>(octet);
        } else {
            out += '%';
            out += kHex[octet >> 4];
            out += kHex[octet & 15];
        }
    }
    return out;
}

base::Result<std::string> queryParameter(const Component& component, std::string_view query) {
    std::optional<std::string> found;
    query.remove_prefix(std::min<std::size_t>(1, query.size()));
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (reencoded(pair.substr(0, equals)) != component.query_name) continue;
        if (found) return refusedComponent(component, "stands more than once", "出现多次");
        found = reencoded(pair.substr(std::min(equals + 1, pair.size())));
    }
    if (!found) return refusedComponent(component, "is not in the message", "在报文中不存在");
    return std::move(*found);
}

base::Result<std::string> derivedValue(const Component& component, const HttpHead& head) {
    if (component.name == "@status") {
        if (head.status == 0)
            return refusedComponent(component, "is not in a request", "不属于请求");
        return std::to_string(head.status);
    }
    if (head.status != 0) {
        return refusedComponent(component, "needs ;req in a response", "在应答中须带 ;req");
    }
    if (component.name == "@method") return head.method;
    if (component.name == "@target-uri") return head.target_uri;
    const Target target = splitTarget(head.target_uri);
    if (component.name == "@authority") return target.authority;
    if (component.name == "@scheme") return target.scheme;
    if (component.name == "@path") return std::string(target.path);
    if (component.name == "@query") return target.query.empty() ? "?" : std::string(target.query);
    if (component.name == "@request-target") return std::string(target.path_and_query);
    if (component.name == "@query-param") return queryParameter(component, target.query);
    return refusedComponent(component, "is not known", "无法识别");
}

base::Result<std::string> valueOf(const Component& component, const HttpHead& head) {
    if (component.name.starts_with('@')) return derivedValue(component, head);
    if (!head.has(component.name)) {
        return refusedComponent(component, "is not in the message", "在报文中不存在");
    }
    return head.field(component.name);
}

}  // namespace

base::Result<std::string> signatureBase(
    const HttpHead& head, const SignatureInput& input, const HttpHead* request
) {
    std::string text;
    text.reserve(512);
    for (const auto& component : input.components) {
        if (component.request && (!request || head.status == 0)) {
            return refusedComponent(
                component, "has ;req, but this is no response", "带 ;req,但报文不是应答"
            );
        }
        auto value = valueOf(component, component.request ? *request : head);
        if (!value) return std::move(value).error();
        // A line break would let one component pass for two (section 7.5.6). The base is ASCII, so
        // that it can be shown in an answer as it is.
        const bool plain = std::all_of(value->begin(), value->end(), [](char c) {
            return (c >= ' ' && c <= '~') || c == '\t';
        });
        if (!plain) {
            return refusedComponent(
                component, "holds a line break or something else than visible ASCII",
                "含有换行或可见 ASCII 以外的字符"
            );
        }
        text += component.identifier;
        text += ": ";
        text += *value;
        text += '\n';
    }
    text += "\"@signature-params\": ";
    text += input.parameters;
    return text;
}

}  // namespace yht::trust
