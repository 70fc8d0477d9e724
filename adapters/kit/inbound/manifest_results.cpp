// The `results` section, with the profile that it names: what does not go together is said where it stands.
#include <algorithm>
#include <filesystem>

#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/manifest_section.h"
#include "adapters/kit/profile.h"

namespace yht::kit {
namespace {

constexpr std::size_t kDestinationBytesMax = 64;  // it stands in the ledger
constexpr const char* kWays[] = {"http", "folder", "sftp", "ftps", "database"};

class ResultsReader : private SectionReader {
public:
    ResultsReader(const Manifest& manifest, const ManifestTree& tree) : SectionReader(manifest), tree_(tree) {}

    ResultsRules read(YamlMap map) {
        ResultsRules rules;
        const auto profile = loaded(map, rules);
        rules.kinds = kinds(map, profile.get());
        rules.from_start = choose(map, "from", "now", {"now", "start"}) == 1;
        rules.mask_secret = map.flag("mask_secret", true);
        rules.sender_id = map.text("sender_id");
        way(map, rules);
        if (resultsDestinationOf(manifest_.id).size() > kDestinationBytesMax)
            map.problem("a source that gets results back has an id of at most 56 bytes");
        if (profile) checkForm(map, *profile, rules);
        map.finish();
        return rules;
    }

private:
    /// nullptr where it can't be had; the mistakes are told.
    std::shared_ptr<const Profile> loaded(YamlMap& map, ResultsRules& rules) {
        const std::string name = map.text("profile", "results");
        if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.')) {
            map.problem("profile: the name of a folder beside source.yaml or product.yaml");
            return nullptr;
        }
        for (const auto& directory : {tree_.source_directory, tree_.product_directory}) {
            if (!std::filesystem::is_regular_file(directory + "/" + name + "/profile.yaml")) continue;
            rules.profile = directory + "/" + name;
            auto profile = Profile::load(rules.profile);
            if (profile.ok()) return *std::move(profile);
            map.problem("profile " + name + ": " + profile.error().detail);
            return nullptr;
        }
        map.problem("profile: there is no folder " + name + " with a profile.yaml beside source.yaml or product.yaml");
        return nullptr;
    }

    static ticket::KindSet kinds(YamlMap& map, const Profile* profile) {
        ticket::KindSet kinds = 0;
        std::vector<std::string> known;
        for (const auto& row : ticket::kindTable()) known.emplace_back(row.name);
        for (const std::string& name : map.texts("kinds")) {
            const auto kind = ticket::findKind(name);
            if (!kind) map.problem("kinds: there is no kind " + name + didYouMean(name, known));
            else if (profile != nullptr && profile->findKind(*kind) == nullptr) map.problem("kinds: " + name + " has no rows in the profile");
            else kinds = static_cast<ticket::KindSet>(kinds | ticket::only(*kind));
        }
        if (!map.has("kinds")) map.problem("kinds: what goes home, like [process, result, visit]");
        return kinds;
    }

    void way(YamlMap& map, ResultsRules& rules) {
        const auto given = std::count_if(std::begin(kWays), std::end(kWays), [&](const char* key) {
            return map.has(key) && !map.node(key).IsNull();
        });
        if (given != 1) return map.problem("exactly one of http, folder, sftp, ftps, database");
        for (const char* key : kWays) {
            const YAML::Node node = map.node(key);
            if (!node.IsDefined() || node.IsNull()) continue;
            YamlMap at = section(map, key, (std::string("results.") + key).c_str());
            const std::string_view way = key;
            if (way == "http") rules.way = http(at);
            else if (way == "folder") rules.way = FolderResults{};
            else if (way == "sftp") rules.way = sftpAt(at);
            else if (way == "ftps") rules.way = ftpsAt(at);
            else rules.way = DatabaseResults{secret(at, "connection", nullptr)};
            at.finish();
        }
    }

    HttpResults http(YamlMap& map) const {
        HttpResults http;
        http.url = map.text("url");
        constexpr std::string_view kScheme = "https://";
        const bool plain = http.url.starts_with(kScheme) && http.url.find_first_of("/?# ", kScheme.size()) == std::string::npos;
        if (!http.url.empty() && !plain) map.problem("url: https://HOST:PORT; paths are the profile's");
        http.key = secret(map, "key", nullptr);
        for (const auto& [key, into] : {std::pair{"certificate", &http.certificate}, std::pair{"ca", &http.ca},
                                        std::pair{"peer_certificate", &http.peer_certificate}}) {
            if (!map.has(key)) map.problem(std::string(key) + ": write file:NAME, a file of the deployment");
            *into = file(map, key);
        }
        return http;
    }

    static void checkForm(YamlMap& map, const Profile& profile, const ResultsRules& rules) {
        const bool http = std::holds_alternative<HttpResults>(rules.way), table = std::holds_alternative<DatabaseResults>(rules.way);
        if (profile.isHttp() != http || profile.table().has_value() != table)
            map.problem("a profile with a section file goes over folder, sftp or ftps, one with table over database, any other over http");
    }

    const ManifestTree& tree_;
};

}  // namespace

std::string resultsDestinationOf(const std::string& source_id) { return source_id + ".results"; }

std::optional<ResultsRules> readResultsRules(YamlMap map, const ManifestTree& tree, const Manifest& manifest) {
    if (!map.self().IsDefined() || map.self().IsNull()) return std::nullopt;
    return ResultsReader(manifest, tree).read(std::move(map));
}

}  // namespace yht::kit
