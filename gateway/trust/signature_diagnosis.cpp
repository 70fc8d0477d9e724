#include "gateway/trust/signature_diagnosis.h"

#include <algorithm>

namespace yht::trust {
namespace {

/// Tries changed heads until one fits or the attempts are used up.
class Trial {
public:
    Trial(
        const Suspect& suspect, int attempts_max,
        const std::function<bool(const std::string&)>& fits
    )
        : suspect_(suspect), attempts_left_(attempts_max), fits_(fits) {}

    bool covers(std::string_view name) const {
        return std::any_of(
            suspect_.input.components.begin(), suspect_.input.components.end(),
            [&](const Component& component) { return component.name == name; }
        );
    }
    bool fitsHead(const HttpHead& head) {
        const auto base = signatureBase(head, suspect_.input, nullptr);
        return base && fitsText(*base);
    }
    bool fitsText(const std::string& base) {
        if (attempts_left_ == 0) return false;
        --attempts_left_;
        return fits_(base);
    }

private:
    const Suspect& suspect_;
    int attempts_left_;
    const std::function<bool(const std::string&)>& fits_;
};

Difference differs(const std::string& component, const std::string& signed_value, bool in_target) {
    return {
        .in_target = in_target,
        .en = "The signature verifies over \"" + component + "\": " + signed_value +
              " — that component differs from what was sent to us.",
        .zh =
            "签名在 \"" + component + "\": " + signed_value + " 时成立,该部分与我方收到的不一致。"};
}

void addOnce(std::vector<std::string>& list, std::string value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

/// "https://host:8443" with the other scheme, without its port, and with the default port written
/// out.
void addSpellings(std::vector<std::string>& list, const std::string& base_url) {
    const auto scheme_end = base_url.find("://");
    if (scheme_end == std::string::npos) return;
    const std::string scheme = base_url.substr(0, scheme_end),
                      authority = base_url.substr(scheme_end + 3);
    addOnce(list, (scheme == "https" ? "http://" : "https://") + authority);
    const auto colon = authority.rfind(':');
    const bool has_port =
        colon != std::string::npos && authority.find(']', colon) == std::string::npos;
    if (has_port) {
        addOnce(list, "https://" + authority.substr(0, colon));
        addOnce(list, "http://" + authority.substr(0, colon));
    } else {
        addOnce(list, scheme + "://" + authority + (scheme == "https" ? ":443" : ":80"));
    }
}

std::vector<std::string> likelyTargets(const Suspect& suspect) {
    const std::string& target = suspect.path_and_query;
    const auto query_start = std::min(target.find('?'), target.size());
    const std::string path = target.substr(0, query_start), query = target.substr(query_start);
    std::vector<std::string> bases, targets;
    const std::string host = suspect.head.field("host");
    if (!host.empty()) {
        addOnce(bases, "https://" + host);
        addOnce(bases, "http://" + host);
    }
    for (const auto& base_url : suspect.public_base_urls) addSpellings(bases, base_url);
    for (const auto& base_url : suspect.public_base_urls) {
        addOnce(
            targets,
            base_url + (path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "/") + query
        );
        if (!query.empty()) addOnce(targets, base_url + path);
    }
    addOnce(targets, target);  // no scheme and host at all
    for (const auto& base_url : bases) addOnce(targets, base_url + target);
    return targets;
}

std::optional<Difference> tryTargets(const Suspect& suspect, Trial& trial) {
    HttpHead head = suspect.head;
    for (auto& target : likelyTargets(suspect)) {
        head.target_uri = target;
        if (trial.fitsHead(head)) return differs("@target-uri", target, true);
    }
    return std::nullopt;
}

std::optional<Difference> tryContentTypes(const Suspect& suspect, Trial& trial) {
    if (!trial.covers("content-type")) return std::nullopt;
    const std::string sent = suspect.head.field("content-type");
    const std::string bare = sent.substr(0, sent.find(';'));
    for (const std::string& likely :
         {bare, bare + "; charset=utf-8", bare + ";charset=utf-8", bare + "; charset=UTF-8",
          bare + ";charset=UTF-8"}) {
        if (likely == sent) continue;
        HttpHead head = suspect.head;
        head.set("content-type", likely);
        if (trial.fitsHead(head)) return differs("content-type", likely, false);
    }
    return std::nullopt;
}

std::optional<Difference> tryMethods(const Suspect& suspect, Trial& trial) {
    HttpHead head = suspect.head;
    for (const bool upper : {false, true}) {
        std::transform(
            head.method.begin(), head.method.end(), head.method.begin(),
            [&](unsigned char c) {
                return static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
            }
        );
        if (head.method == suspect.head.method) continue;
        if (trial.fitsHead(head)) return differs("@method", head.method, false);
    }
    return std::nullopt;
}

std::optional<Difference> tryLineEnds(const Suspect& suspect, Trial& trial) {
    const auto base = signatureBase(suspect.head, suspect.input, nullptr);
    if (!base) return std::nullopt;
    std::string crlf;
    for (const char c : *base) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    if (trial.fitsText(*base + "\n")) {
        return Difference{
            .in_target = false,
            .en =
                "The signature verifies over the base with a line feed behind its last line: there "
                "is none.",
            .zh = "签名在签名原文末尾多一个换行时成立:最后一行之后不应有换行。"};
    }
    if (trial.fitsText(crlf)) {
        return Difference{
            .in_target = false,
            .en =
                "The signature verifies over the base with CRLF between its lines: they end with "
                "LF.",
            .zh = "签名在以 CRLF 分行时成立:各行应以 LF 分隔。"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Difference> findDifference(
    const Suspect& suspect, int attempts_max,
    const std::function<bool(const std::string& base)>& fits
) {
    const auto octets = crypto::signatureBytes(suspect.algorithm);
    if (octets != 0 && suspect.input.signature.size() != octets) {
        const std::string name = crypto::algorithmName(suspect.algorithm), all = std::to_string(octets);
        const std::string half = std::to_string(octets / 2);
        return Difference{
            .in_target = false,
            .en = "A signature of " + name + " has " + all + " octets (for ECDSA and SM2 r and s, " + half +
                  " each, not DER).",
            .zh = name + " 的签名应为 " + all + " 字节(ECDSA、SM2 为 r、s 各 " + half + " 字节,不是 DER)。"};
    }
    Trial trial(suspect, attempts_max, fits);
    if (auto found = tryMethods(suspect, trial)) return found;
    if (auto found = tryContentTypes(suspect, trial)) return found;
    if (auto found = tryLineEnds(suspect, trial)) return found;
    return tryTargets(suspect, trial);
}

}  // namespace yht::trust
