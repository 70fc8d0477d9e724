#include "gateway/certs/authority_files.h"

#include <filesystem>

#include "gateway/base/durable_file.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/yaml/entry.h"

namespace yht::certs {
namespace {

constexpr std::size_t kItemsMax = 64;
constexpr std::size_t kUrlCharactersMax = 500;
constexpr std::size_t kNameCharactersMax = 200;
constexpr std::uint32_t kDaysMax = 36'500;
const yaml::Names kKeys = {"name", "profile", "key", "issues", "crl_urls", "ocsp_urls", "issuer_urls", "crl_days"};

std::string listText(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) text += (text.size() > 1 ? ", " : "") + ("\"" + item + "\"");
    return text + "]";
}

std::vector<std::string> texts(yaml::Entry& entry, const char* key, bool urls) {
    std::vector<std::string> items;
    for (const auto& node : entry.list(key, kItemsMax)) {
        const std::string text = node.IsScalar() ? node.Scalar() : "";
        const bool is_url = text.starts_with("http://") || text.starts_with("https://") || text.starts_with("ldap://");
        const bool plain = text.find_first_of(" \"\\\r\n\t") == std::string::npos;
        if (text.empty() || text.size() > kUrlCharactersMax || !plain || (urls && !is_url)) {
            entry.bad(
                node, key, urls ? "has http:// addresses as items" : "has names as items", urls ? "各项应为 http:// 地址" : "各项应为名称"
            );
        } else {
            items.push_back(text);
        }
    }
    return items;
}

}  // namespace

std::string writeSettings(const AuthoritySettings& settings) {
    std::string name;
    for (const char c : settings.name) name += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return "# An authority (CA) of Yihaotong, made by: yht certs authority create. 一号通 CA。\n"
           "# issues, the addresses and crl_days may be edited; they act on what is issued from then on. 可手工修改,对此后签发的证书生效。\n"
           "name: \"" +
           name +
           "\"\n"
           "profile: " +
           settings.profile +
           "\n"
           "key: " +
           (settings.key_offline ? "offline" : "here") +
           "              # here: authority.key | offline: given with --ca-key\n"
           "issues: " +
           listText(settings.issues) +
           "\n"
           "crl_urls: " +
           listText(settings.crl_urls) +
           "      # where its CRL is fetched; stands in what it issues\n"
           "ocsp_urls: " +
           listText(settings.ocsp_urls) +
           "\n"
           "issuer_urls: " +
           listText(settings.issuer_urls) +
           "\n"
           "crl_days: " +
           std::to_string(settings.crl_days) + "\n";
}

base::Result<AuthoritySettings> readSettings(const std::string& text, const std::string& file) {
    std::vector<base::FieldError> errors;
    yaml::Findings findings(file, errors);
    AuthoritySettings settings;
    yaml::readTree(text, findings, [&](const YAML::Node& root) {
        yaml::Entry entry(root, kKeys, findings);
        settings.name = entry.text("name", nullptr, kNameCharactersMax);
        settings.profile = entry.text("profile", nullptr, yaml::kIdCharactersMax);
        const std::string key = entry.text("key", "here", kNameCharactersMax);
        if (key != "here" && key != "offline") entry.bad(entry.find("key"), "key", "is here or offline", "应为 here 或 offline");
        settings.key_offline = key == "offline";
        settings.issues = texts(entry, "issues", false);
        settings.crl_urls = texts(entry, "crl_urls", true);
        settings.ocsp_urls = texts(entry, "ocsp_urls", true);
        settings.issuer_urls = texts(entry, "issuer_urls", true);
        settings.crl_days = entry.number("crl_days", settings.crl_days, kDaysMax);
    });
    if (errors.empty()) return settings;
    return crypto::refusal(crypto::FindingCode::AuthorityInvalid, errors.front().pointer, errors.front().en + " " + errors.front().zh);
}

std::string fileOf(const std::string& directory, const char* name) { return directory + "/" + name; }

base::Result<std::string> readIfThere(const std::string& path, std::size_t bytes_max) {
    std::error_code fault;
    if (!std::filesystem::exists(path, fault)) return std::string();
    return base::readBounded(path, bytes_max);
}

}  // namespace yht::certs
