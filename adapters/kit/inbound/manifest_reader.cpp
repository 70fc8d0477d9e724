#include "adapters/kit/inbound/manifest_reader.h"

#include <algorithm>

#include "adapters/kit/inbound/manifest_attachments.h"
#include "adapters/kit/inbound/mapping_reader.h"

namespace yht::kit {
namespace {

constexpr std::int64_t kHourItemsMax = 10'000'000;
constexpr std::int64_t kSilenceSecondsMax = 30LL * 24 * 3600;
constexpr std::size_t kTextBytesMax = 256;
constexpr std::size_t kHotlineBytesMax = 16;

template <class T>
struct Word {
    const char* name;
    T value;
};
constexpr Word<Lifecycle> kLifecycles[] = {
    {"draft", Lifecycle::Draft},
    {"shadow", Lifecycle::Shadow},
    {"live", Lifecycle::Live},
    {"retired", Lifecycle::Retired},
};
constexpr Word<IntegrationMode> kModes[] = {
    {"merged", IntegrationMode::Merged},
    {"dual_number", IntegrationMode::DualNumber},
    {"branch", IntegrationMode::Branch},
    {"excluded", IntegrationMode::Excluded},
};
constexpr Word<bool> kUnchanged[] = {{"version", false}, {"duplicate", true}};
// The numbering of leaf headers (gateway/ledger/format/leaf.h), which the kit does not depend on.
constexpr Word<std::uint8_t> kAssurances[] = {
    {"partner_signature", 1}, {"channel_signature", 2}, {"authenticated_pull", 3}, {"token", 4},
    {"allow_list", 5},
};

template <class T, std::size_t N>
T choose(YamlMap& map, const char* key, const char* fallback, const Word<T> (&words)[N]) {
    const std::string written = map.text(key, fallback);
    std::vector<std::string> names;
    for (const auto& word : words) {
        if (written == word.name) return word.value;
        names.emplace_back(word.name);
    }
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
    map.problem(std::string(key) + ": write one of " + all + didYouMean(written, names));
    return words[0].value;
}

template <class T, std::size_t N>
const char* nameOf(T value, const Word<T> (&words)[N]) {
    for (const auto& word : words) {
        if (word.value == value) return word.name;
    }
    YHT_ASSERT(false);
}

std::string bounded(YamlMap& map, const char* key, const char* fallback) {
    std::string text = map.text(key, fallback);
    if (text.size() > kTextBytesMax) map.problem(std::string(key) + ": longer than 256 bytes");
    return text;
}

void identity(YamlMap& root, Manifest& manifest, const std::string& id) {
    manifest.id = bounded(root, "id", nullptr);
    if (manifest.id != id) root.problem("id: must be the name of the folder, " + id);
    manifest.title = bounded(root, "title", nullptr);
    manifest.product = bounded(root, "product", nullptr);
    manifest.product_title = bounded(root, "product_title", "");
    manifest.product_version = bounded(root, "product_version", "");
    manifest.source = bounded(root, "source", id.c_str());
    manifest.party = bounded(root, "party", manifest.source.c_str());
    manifest.region = bounded(root, "region", "");
    if (!manifest.region.empty() && manifest.region.size() != 6)
        root.problem("region: six characters of GB/T 2260");
    manifest.hotline = root.text("hotline", "");
    const bool number = manifest.hotline.find_first_not_of("0123456789-") == std::string::npos;
    if (!number || manifest.hotline.size() > kHotlineBytesMax)
        root.problem("hotline: a telephone number of at most 16 digits, in quotes");
    manifest.lifecycle = choose(root, "lifecycle", "draft", kLifecycles);
    manifest.mode = choose(root, "integration_mode", "dual_number", kModes);
    manifest.assurance_min = choose(root, "assurance_min", "partner_signature", kAssurances);
    manifest.unchanged_is_duplicate = choose(root, "unchanged", "version", kUnchanged);
}

void owner(YamlMap map, Manifest& manifest) {
    manifest.owner = {
        bounded(map, "unit", ""), bounded(map, "person", ""), bounded(map, "phone", "")};
    // A draft may lack one; what takes messages has somebody who answers for it.
    if (manifest.lifecycle != Lifecycle::Draft &&
        (manifest.owner.unit.empty() || manifest.owner.person.empty()))
        map.problem("unit and person: a source that is no draft has an owner");
    map.finish();
}

void health(YamlMap map, Manifest& manifest) {
    HealthRules& rules = manifest.health;
    const auto count = [&](const char* key) {
        return static_cast<std::uint32_t>(map.integer(key, 0, 0, kHourItemsMax));
    };
    rules.workday_hour_min = count("workday_hour_min");
    rules.weekend_hour_min = count("weekend_hour_min");
    rules.night_hour_min = count("night_hour_min");
    rules.silent_after_s = map.integer("silent_after_s", 0, 0, kSilenceSecondsMax);
    rules.lag_s_max = map.integer("lag_s_max", 0, 0, kSilenceSecondsMax);
    rules.quarantine_percent_max =
        static_cast<std::uint32_t>(map.integer("quarantine_percent_max", 5, 0, 100));
    rules.handed_over_once = map.flag("handed_over_once", false);
    const bool expects = rules.workday_hour_min + rules.weekend_hour_min + rules.night_hour_min > 0 || rules.silent_after_s + rules.lag_s_max > 0;
    if (rules.handed_over_once && expects) map.problem("handed_over_once: nothing more is expected then, so neither items an hour, silent_after_s nor lag_s_max");
    map.finish();
}

void secrets(YamlMap& root, Manifest& manifest) {
    for (const auto& [name, node] : root.entries("secrets")) {
        const std::string reference = node.IsScalar() ? node.Scalar() : "";
        const bool plain = reference.find("..") == std::string::npos && reference.size() > 5;
        // The reference is not repeated: what stands here by mistake may be the secret itself.
        if (!reference.starts_with("file:") || !plain)
            root.problems().add(
                node,
                "secrets." + name + ": write file:NAME, a file of the deployment; never a secret"
            );
        manifest.secrets.emplace(name, reference);
    }
}

}  // namespace

const char* lifecycleName(Lifecycle lifecycle) {
    return nameOf(lifecycle, kLifecycles);
}

const char* integrationModeName(IntegrationMode mode) {
    return nameOf(mode, kModes);
}

base::Result<ReadManifest> readManifest(const ManifestTree& tree, const std::string& id) {
    YamlProblems problems(id + "/source.yaml", base::ErrorCode::ManifestInvalid);
    try {
        ReadManifest read;
        YamlMap root(tree.root, "manifest", problems);
        identity(root, read.manifest, id);
        owner(YamlMap(root.node("owner"), "owner", problems), read.manifest);
        if (!root.has("decode")) root.problem("the key decode is required");
        read.manifest.decode = readDecodeRules(YamlMap(root.node("decode"), "decode", problems));
        read.manifest.attachments =
            readAttachmentAccess(YamlMap(root.node("attachments"), "attachments", problems));
        health(YamlMap(root.node("health"), "health", problems), read.manifest);
        secrets(root, read.manifest);
        checkSecrets(read.manifest, root);
        read.manifest.endpoints = readEndpoints(root, tree, read.manifest, problems);
        read.manifest.pull = readPullRules(YamlMap(root.node("pull"), "pull", problems), read.manifest);
        read.manifest.results =
            readResultsRules(YamlMap(root.node("results"), "results", problems), tree, read.manifest);
        MappingReader mapping(tree.source_directory, tree.product_directory, problems);
        read.mapping = mapping.read(root.node("mapping"));
        read.files_read = mapping.filesRead();
        root.finish();
        if (!problems.empty()) return problems.error();
        return read;
    } catch (const YAML::Exception& error) {
        return base::makeError(
            base::ErrorCode::ManifestInvalid,
            id + ": line " + std::to_string(error.mark.line + 1) + ": " + error.msg
        );
    }
}

}  // namespace yht::kit
