#include "adapters/kit/inbound/manifest_section.h"

#include <algorithm>

namespace yht::kit {

YamlMap section(YamlMap& map, const char* key, const char* where) { return {map.node(key), where, map.problems()}; }

std::size_t choose(YamlMap& map, const char* key, const char* fallback, const std::vector<std::string>& words) {
    const std::string written = map.text(key, fallback);
    const auto found = std::find(words.begin(), words.end(), written);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
    map.problem(std::string(key) + ": write one of " + all + didYouMean(written, words));
    return 0;
}

std::string SectionReader::secret(YamlMap& map, const char* key, const char* fallback) const {
    std::string name = map.text(key, fallback);
    if (name.empty() || manifest_.secrets.contains(name)) return name;
    std::vector<std::string> names;
    for (const auto& [known, reference] : manifest_.secrets) names.push_back(known);
    // The text is not repeated: it may be the secret itself.
    map.problem(std::string(key) + ": the name of an entry of secrets" + didYouMean(name, names));
    return {};
}

std::string SectionReader::file(YamlMap& map, const char* key) const {
    const std::string reference = map.text(key, "");
    if (reference.empty()) return {};
    constexpr std::string_view kFile = "file:";
    const bool plain = reference.starts_with(kFile) && reference.size() > kFile.size() && reference.find("..") == std::string::npos;
    if (!plain) map.problem(std::string(key) + ": write file:NAME, a file of the deployment");
    return plain ? reference.substr(kFile.size()) : "";
}

SftpPull SectionReader::sftpAt(YamlMap& map) const {
    SftpPull at;
    at.host = map.text("host");
    at.port = static_cast<std::uint16_t>(map.integer("port", 22, 1, 65'535));
    at.user = map.text("user");
    at.host_keys = map.texts("host_keys");
    const bool pinned = !at.host_keys.empty() && std::all_of(at.host_keys.begin(), at.host_keys.end(), [](const auto& key) {
        return key.starts_with("SHA256:") && key.size() == 50;
    });
    if (!pinned) map.problem("host_keys: SHA256:… as ssh-keygen -lf prints, one or a list");
    at.key = secret(map, "key", "");
    at.key_passphrase = secret(map, "key_passphrase", "");
    at.password = secret(map, "password", "");
    if (at.key.empty() == at.password.empty()) map.problem("exactly one of key and password");
    return at;
}

FtpsPull SectionReader::ftpsAt(YamlMap& map) const {
    FtpsPull at;
    at.host = map.text("host");
    at.tls_name = map.text("tls_name", "");
    at.port = static_cast<std::uint16_t>(map.integer("port", 21, 1, 65'535));
    at.user = map.text("user");
    at.password = secret(map, "password", nullptr);
    at.ca = file(map, "ca");
    return at;
}

}  // namespace yht::kit
