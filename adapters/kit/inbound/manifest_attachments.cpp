#include "adapters/kit/inbound/manifest_attachments.h"

#include <algorithm>

namespace yht::kit {
namespace {

constexpr std::string_view kNumber = "number";
constexpr std::string_view kSecret = "secret:";
constexpr std::size_t kHeadersMax = 32;
constexpr std::int64_t kTimeoutDefault = 60;
constexpr std::int64_t kBytesMaxDefault = 50LL << 20;

bool isTemplateWord(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.' || c == ':';
    });
}

/// Words that a template of attachments may hold.
void checkWords(YamlMap& map, const std::string& key, const std::string& text, bool number_known) {
    static_cast<void>(fillTemplate(text, [&](std::string_view name) -> std::optional<std::string> {
        const bool known = name.starts_with(kSecret) || (number_known && name == kNumber);
        if (!known) {
            map.problem(
                key + ": {" + std::string(name) + "} is not known here; write " +
                (number_known ? "{number} or " : "") + "{secret:NAME}"
            );
        }
        return "";
    }));
}

std::map<std::string, std::string> headersOf(YamlMap& map, const char* key, bool number_known) {
    std::map<std::string, std::string> headers;
    for (const auto& [name, node] : map.entries(key)) {
        const std::string text = node.IsScalar() ? node.Scalar() : "";
        const bool plain = text.find_first_of("\r\n") == std::string::npos && name.find_first_of(":\r\n ") == std::string::npos;
        if (!node.IsScalar() || !plain) map.problem(std::string(key) + "." + name + ": write one line of text");
        checkWords(map, std::string(key) + "." + name, text, number_known);
        headers.emplace(name, text);
    }
    if (headers.size() > kHeadersMax) map.problem(std::string(key) + ": at most 32");
    return headers;
}

void readTwoStep(YamlMap map, AttachmentAccess& access) {
    if (!map.self().IsDefined()) return;
    access.two_step_url = map.text("url");
    const std::string& url = access.two_step_url;
    if (!url.starts_with("https://") && !(access.plain_http && url.starts_with("http://")))
        map.problem("url: begins with https://, or with http:// where plain_http is yes");
    checkWords(map, "url", url, true);
    const std::string method = map.text("method", "GET");
    access.two_step_post = method == "POST";
    if (method != "GET" && method != "POST") map.problem("method: write GET or POST");
    access.two_step_headers = headersOf(map, "headers", true);
    access.two_step_body = map.text("body", "");
    checkWords(map, "body", access.two_step_body, true);
    access.two_step_content_type = map.text("content_type", "application/json");
    access.two_step_content = map.text("content", "");
    if (!access.two_step_post && !access.two_step_body.empty()) map.problem("body: only with method POST");
    map.finish();
}

}  // namespace

AttachmentAccess readAttachmentAccess(YamlMap map) {
    AttachmentAccess access;
    access.hosts = map.texts("hosts");
    if (access.hosts.size() > kAttachmentHostsMax) map.problem("hosts: at most 64");
    for (std::string& host : access.hosts) {
        std::transform(host.begin(), host.end(), host.begin(), [](unsigned char c) {
            return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        });
        if (host.empty() || host.find_first_of("/@*? ") != std::string::npos)
            map.problem("hosts: a host, or host:port; no scheme, no path, no pattern");
    }
    access.plain_http = map.flag("plain_http", false);
    access.ca = map.text("ca", "");
    if (!access.ca.empty() && !access.ca.starts_with("file:"))
        map.problem("ca: write file:NAME, a file of the deployment");
    access.timeout_s = map.integer("timeout_s", kTimeoutDefault, 1, kAttachmentTimeoutSecondsMax);
    access.bytes_max = static_cast<std::uint64_t>(
        map.integer("bytes_max", kBytesMaxDefault, 1, static_cast<std::int64_t>(kAttachmentBytesMax))
    );
    access.headers = headersOf(map, "headers", false);
    readTwoStep(YamlMap(map.node("two_step"), "attachments.two_step", map.problems()), access);
    map.finish();
    return access;
}

void checkSecrets(const Manifest& manifest, YamlMap& root) {
    const AttachmentAccess& access = manifest.attachments;
    std::vector<std::string> texts{access.two_step_url, access.two_step_body};
    for (const auto* headers : {&access.headers, &access.two_step_headers}) {
        for (const auto& [name, text] : *headers) texts.push_back(text);
    }
    for (const std::string& text : texts) {
        static_cast<void>(fillTemplate(text, [&](std::string_view name) -> std::optional<std::string> {
            if (!name.starts_with(kSecret)) return "";
            const std::string secret(name.substr(kSecret.size()));
            if (!manifest.secrets.contains(secret)) root.problem("attachments: no secret " + secret + " under secrets");
            return "";
        }));
    }
}

std::optional<std::string> fillTemplate(
    std::string_view text, const std::function<std::optional<std::string>(std::string_view name)>& valueOf
) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        filled += text.substr(0, open);
        text.remove_prefix(open);
        if (text.empty()) break;
        const std::size_t close = text.find('}');
        const std::string_view word = close == text.npos ? std::string_view() : text.substr(1, close - 1);
        if (!isTemplateWord(word)) {
            filled += '{';
            text.remove_prefix(1);
            continue;
        }
        const auto value = valueOf(word);
        if (!value) return std::nullopt;
        filled += *value;
        text.remove_prefix(close + 1);
    }
    return filled;
}

}  // namespace yht::kit
