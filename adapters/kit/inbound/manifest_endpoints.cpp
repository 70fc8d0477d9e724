// The `endpoints` section, one function a map. Whatever can be known to be wrong before anybody calls is told here: a
// class of proof below assurance_min, a time that is not signed, a secret that has no name.
#include <algorithm>
#include <fstream>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/inbound/manifest_reader.h"

namespace yht::kit {
namespace {

constexpr std::size_t kWsdlBytesMax = 1 << 20;
constexpr std::size_t kSignedPartsMax = 32;
constexpr std::size_t kAddressesMax = 256;
constexpr std::size_t kOperationsMax = 64;
constexpr std::int64_t kWindowSecondsMin = 10, kWindowSecondsMax = 3600, kWindowSecondsDefault = 300;
constexpr const char* kMethods[] = {"GET", "POST", "PUT"};
constexpr const char* kCaseNames[kReplyCases] = {"accepted",     "duplicate", "quarantined", "ignored", "refused",
                                                 "unauthorized", "busy"};
constexpr const char* kAssuranceNames[] = {"",      "partner_signature", "channel_signature", "authenticated_pull",
                                           "token", "allow_list"};

bool isPath(const std::string& path) {
    return path.size() > 1 && path.size() <= kEndpointPathBytesMax && path.front() == '/' && path.back() != '/' &&
           path.find("//") == std::string::npos && path.find("/.") == std::string::npos &&
           !path.starts_with("/channels/") && std::all_of(path.begin(), path.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("/-_.~").find(c) != std::string_view::npos;
           });
}

bool isElementName(const std::string& name) {
    return !name.empty() && name.size() <= 128 && (name[0] < '0' || name[0] > '9') &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
}

bool isHeaderText(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

class EndpointReader {
public:
    EndpointReader(const ManifestTree& tree, const Manifest& manifest, YamlProblems& problems)
        : tree_(tree), manifest_(manifest), problems_(problems) {}

    EndpointRules read(const std::string& name, const YAML::Node& node) {
        where_ = "endpoints." + name;
        YamlMap map(node, where_, problems_);
        EndpointRules rules;
        rules.name = name;
        if (!isElementName(name) || name.size() > 32) map.problem("a name of letters, digits, - and _, at most 32");
        paths(map, rules);
        rules.partner = map.text("partner", "");
        message(map, rules);
        rules.content_type = map.text("content_type", "");
        rules.body_bytes_max = static_cast<std::size_t>(
            map.integer("body_bytes_max", kEndpointBodyBytesDefault, 1024, kEndpointBodyBytesMax)
        );
        rules.requests_per_minute = map.integer(
            "requests_per_minute", kEndpointRequestsPerMinuteDefault, 1, kEndpointRequestsPerMinuteMax
        );
        rules.is_soap = map.has("soap");
        if (rules.is_soap) soap(YamlMap(map.node("soap"), where_ + ".soap", problems_), rules);
        if (!map.has("caller")) map.problem("the key caller is required: how the caller is known");
        caller(YamlMap(map.node("caller"), where_ + ".caller", problems_), rules);
        if (!map.has("reply")) map.problem("the key reply is required: what the caller hears");
        replies(YamlMap(map.node("reply"), where_ + ".reply", problems_), rules);
        map.finish();
        return rules;
    }

private:
    void paths(YamlMap& map, EndpointRules& rules) {
        rules.paths = map.texts("path");
        if (rules.paths.empty() || rules.paths.size() > kEndpointPathsMax) map.problem("path: 1 to 32 paths");
        for (const auto& path : rules.paths) {
            if (!isPath(path))
                map.problem("path: " + path + ": write a literal path as it is called, /deal12345/push, not under /channels/");
        }
        rules.methods = map.texts("methods");
        if (rules.methods.empty()) rules.methods = {"POST"};
        for (const auto& method : rules.methods) {
            if (std::find(std::begin(kMethods), std::end(kMethods), method) == std::end(kMethods))
                map.problem("methods: GET, POST or PUT");
        }
        rules.own_path = map.flag("own_path", true);
    }

    void message(YamlMap& map, EndpointRules& rules) {
        const std::string written = map.text("message", "body");
        constexpr std::string_view kForm = "form ";
        if (written == "query") {
            rules.message = EndpointRules::Message::Query;
        } else if (written.starts_with(kForm) && written.size() > kForm.size()) {
            rules.message = EndpointRules::Message::FormField;
            rules.form_field = written.substr(kForm.size());
        } else if (written != "body") {
            map.problem("message: write body, query or form NAME");
        }
    }

    void soap(YamlMap map, EndpointRules& rules) {
        rules.soap.operations = map.texts("operations");
        if (rules.soap.operations.empty() || rules.soap.operations.size() > kOperationsMax)
            map.problem("operations: 1 to 64 names");
        for (const auto& operation : rules.soap.operations) {
            if (!isElementName(operation)) map.problem("operations: " + operation + " is no name of an element");
        }
        rules.soap.namespace_uri = map.text("namespace");
        rules.soap.result = map.text("result", "{operation}Result");
        std::string plain = rules.soap.result;
        if (const auto at = plain.find("{operation}"); at != plain.npos) plain.replace(at, 11, "X");
        if (!isElementName(plain)) map.problem("result: the name of an element, {operation} in it or not");
        if (rules.message != EndpointRules::Message::Body) map.problem("a SOAP message is the body");
        if (const std::string file = map.text("wsdl", ""); !file.empty()) rules.soap.wsdl = wsdl(map, file);
        map.finish();
    }

    std::string wsdl(YamlMap& map, const std::string& file) {
        if (file.find('/') != std::string::npos || file.starts_with('.')) {
            map.problem("wsdl: a file of the product's or the source's folder");
            return {};
        }
        for (const auto& directory : {tree_.source_directory, tree_.product_directory}) {
            std::ifstream in(directory + "/" + file, std::ios::binary);
            if (!in) continue;
            std::string text(kWsdlBytesMax + 1, '\0');
            in.read(text.data(), static_cast<std::streamsize>(text.size()));
            text.resize(static_cast<std::size_t>(in.gcount()));
            if (text.size() > kWsdlBytesMax) map.problem("wsdl: larger than 1 MiB");
            return text;
        }
        map.problem("wsdl: there is no file " + file + " in either folder");
        return {};
    }

    trust::Place place(YamlMap& map, const char* key) {
        auto read = trust::parsePlace(map.text(key));
        if (!read) map.problem(std::string(key) + ": write header NAME, query NAME or body PATH");
        return read.value_or(trust::Place{});
    }

    std::vector<std::string> secretNames(YamlMap& map) {
        auto names = map.texts("secret");
        if (names.empty()) map.problem("secret: the name of an entry of secrets");
        for (const auto& name : names) {
            if (!manifest_.secrets.contains(name)) map.problem("secret: secrets has no entry of that name");
        }
        return names;
    }

    void caller(YamlMap map, EndpointRules& rules) {
        if (!map.self().IsDefined()) return;
        trust::CallerRules& caller = rules.caller;
        const int ways = int{map.has("token")} + int{map.has("signature")} + int{map.has("client_certificate")};
        if (map.has("token")) {
            YamlMap token(map.node("token"), where_ + ".caller.token", problems_);
            caller.token.emplace();
            caller.token->place = place(token, "in");
            caller.token->prefix = token.text("prefix", "");
            caller.token->secrets = secretNames(token);
            token.finish();
        }
        if (map.has("signature")) signature(YamlMap(map.node("signature"), where_ + ".caller.signature", problems_), caller);
        if (map.has("client_certificate")) {
            YamlMap(map.node("client_certificate"), where_ + ".caller.client_certificate", problems_).finish();
            caller.certificate = true;
            if (!rules.partner.empty()) map.problem("partner: a client certificate says whose it is");
        }
        for (const auto& text : map.texts("addresses")) {
            const auto range = trust::parseAddressRange(text);
            if (!range) map.problem("addresses: " + text + " is no network: 10.1.0.0/16, without bits behind the prefix");
            if (range) caller.addresses.push_back(*range);
        }
        if (caller.addresses.size() > kAddressesMax) map.problem("addresses: at most 256");
        map.finish();
        if (ways > 1 || (ways == 0 && caller.addresses.empty()))
            return map.problem("one of token, signature, client_certificate, or addresses alone");
        if (const auto assurance = caller.assurance(); assurance > manifest_.assurance_min)
            map.problem(
                std::string("this proof is of class ") + kAssuranceNames[assurance] + ", weaker than assurance_min: " +
                kAssuranceNames[manifest_.assurance_min]
            );
    }

    void signature(YamlMap map, trust::CallerRules& caller) {
        trust::SignatureRule& rule = caller.signature.emplace();
        algorithm(map, rule);
        rule.secrets = secretNames(map);
        const auto parts = map.texts("parts");
        if (parts.empty() || parts.size() > kSignedPartsMax) map.problem("parts: 1 to 32 templates");
        for (const auto& part : parts) {
            auto pieces = trust::parseSignedPieces(part);
            if (!pieces)
                map.problem("parts: " + part + ": {header NAME} {query NAME} {body PATH} {body} {body_md5} {body_sha256} "
                            "{method} {path} {secret} {sorted}");
            if (pieces) rule.parts.push_back(*std::move(pieces));
        }
        rule.separator = map.text("separator", "");
        rule.sort = map.flag("sort", false);
        const std::string encoding = map.text("encoding", "hex");
        rule.base64 = encoding == "base64";
        if (!rule.base64 && encoding != "hex") map.problem("encoding: hex or base64");
        rule.place = place(map, "in");
        if (map.has("time")) time(YamlMap(map.node("time"), where_ + ".caller.signature.time", problems_), rule);
        if (map.has("nonce")) {
            rule.nonce = place(map, "nonce");
            if (!rule.covers(*rule.nonce)) map.problem("nonce: it must stand in the parts, or anybody can change it");
        }
        if (rule.hmac == rule.covers(trust::SignedPiece::Kind::Secret))
            map.problem("parts: {secret} stands in them with md5, sha1 and sha256, and only then");
        map.finish();
    }

    void algorithm(YamlMap& map, trust::SignatureRule& rule) {
        using crypto::VendorDigest;
        const std::string written = map.text("algorithm");
        static const std::vector<std::string> kNames = {"md5",      "sha1",      "sha256",
                                                        "hmac_md5", "hmac_sha1", "hmac_sha256"};
        const auto found = std::find(kNames.begin(), kNames.end(), written);
        if (found == kNames.end()) return map.problem("algorithm: hmac_sha256, hmac_sha1, hmac_md5, sha256, sha1 or md5" +
                                                      didYouMean(written, kNames));
        const auto index = found - kNames.begin();
        rule.hmac = index >= 3;
        rule.digest = static_cast<VendorDigest>(index % 3);
    }

    void time(YamlMap map, trust::SignatureRule& rule) {
        trust::SignedTime& time = rule.time.emplace();
        time.place = place(map, "in");
        time.format = map.text("format");
        const bool named = time.format == "rfc3339" || time.format == "epoch_s" || time.format == "epoch_ms";
        if (!named && time.format.find('%') == std::string::npos)
            map.problem("format: epoch_s, epoch_ms, rfc3339 or a pattern (%Y%m%d%H%M%S)");
        const std::string zone = map.text("zone", "Asia/Shanghai");
        if (zone == "Asia/Shanghai") time.offset_seconds = base::kShanghaiOffsetSeconds;
        else if (zone != "UTC") map.problem("zone: Asia/Shanghai or UTC");
        time.window_ms = 1000 * map.integer("window_s", kWindowSecondsDefault, kWindowSecondsMin, kWindowSecondsMax);
        map.finish();
        if (!rule.covers(time.place)) map.problem("it must stand in the parts, or anybody can change it");
    }

    void replies(YamlMap map, EndpointRules& rules) {
        if (!map.self().IsDefined()) return;
        rules.reply_content_type = map.text("content_type", rules.is_soap ? "" : "application/json");
        if (!isHeaderText(rules.reply_content_type)) map.problem("content_type: visible ASCII");
        rules.reply_charset = map.text("charset", "UTF-8");
        if (auto known = CharsetDecoder::open(rules.reply_charset); !known) map.problem("charset: " + known.error().detail);
        auto& of = rules.replies;
        const auto at = [&](ReplyCase one) -> Reply& { return of[static_cast<std::size_t>(one)]; };
        for (const ReplyCase required : {ReplyCase::Accepted, ReplyCase::Refused}) {
            if (!map.has(replyCaseName(required)))
                map.problem(std::string("the key ") + replyCaseName(required) + " is required");
        }
        at(ReplyCase::Accepted) = reply(map, ReplyCase::Accepted, 200, nullptr);
        for (const ReplyCase good : {ReplyCase::Duplicate, ReplyCase::Quarantined, ReplyCase::Ignored})
            at(good) = reply(map, good, at(ReplyCase::Accepted).status, &at(ReplyCase::Accepted));
        at(ReplyCase::Refused) = reply(map, ReplyCase::Refused, 400, nullptr);
        at(ReplyCase::Unauthorized) = reply(map, ReplyCase::Unauthorized, 401, &at(ReplyCase::Refused));
        at(ReplyCase::Busy) = reply(map, ReplyCase::Busy, 503, &at(ReplyCase::Refused));
        map.finish();
    }

    /// Where the key is absent: the body of `fallback` under `status`.
    Reply reply(YamlMap& map, ReplyCase reply_case, int status, const Reply* fallback) {
        const char* key = replyCaseName(reply_case);
        Reply made;
        if (fallback != nullptr) made = *fallback;
        made.status = status;
        if (!map.has(key)) return made;
        YamlMap entry(map.node(key), where_ + ".reply." + key, problems_);
        made.status = static_cast<int>(entry.integer("status", status, 200, 599));
        if (made.status == 204 || made.status == 304) entry.problem("status: one that has a body");
        auto body = ReplyTemplate::parse(entry.text("body", ""));
        if (!body) entry.problem("body: " + body.error().detail);
        else if (entry.has("body") || fallback == nullptr) made.body = *std::move(body);
        for (const auto& [name, value] : entry.entries("headers")) {
            std::string lower = name;
            std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
            const std::string text = value.IsScalar() ? value.Scalar() : "";
            const bool ours = lower == "content-type" || lower == "content-length" || lower == "connection" ||
                              lower == "transfer-encoding" || lower == "date";
            if (!isElementName(lower) || ours || !isHeaderText(text)) entry.problem("headers: " + name + " can't be set");
            made.headers.emplace_back(lower, text);
        }
        entry.finish();
        return made;
    }

    const ManifestTree& tree_;
    const Manifest& manifest_;
    YamlProblems& problems_;
    std::string where_;
};

}  // namespace

const char* replyCaseName(ReplyCase reply_case) { return kCaseNames[static_cast<std::size_t>(reply_case)]; }

std::vector<EndpointRules> readEndpoints(
    YamlMap& root, const ManifestTree& tree, const Manifest& manifest, YamlProblems& problems
) {
    std::vector<EndpointRules> endpoints;
    EndpointReader reader(tree, manifest, problems);
    for (const auto& [name, node] : root.entries("endpoints")) endpoints.push_back(reader.read(name, node));
    if (endpoints.size() > kEndpointsMax) root.problem("endpoints: at most 32");
    std::vector<std::string> paths;
    for (const auto& endpoint : endpoints) paths.insert(paths.end(), endpoint.paths.begin(), endpoint.paths.end());
    std::sort(paths.begin(), paths.end());
    const auto twice = std::adjacent_find(paths.begin(), paths.end());
    if (twice != paths.end()) root.problem("endpoints: the path " + *twice + " stands twice");
    return endpoints;
}

}  // namespace yht::kit
