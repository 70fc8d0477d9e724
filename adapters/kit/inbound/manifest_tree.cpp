#include "adapters/kit/inbound/manifest_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/kit/yaml_map.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr std::uintmax_t kFileBytesMax = 1U << 20;
constexpr int kDepthMax = 16;
constexpr std::size_t kNodesMax = 100'000;  // aliases multiply
constexpr std::string_view kMasked = "***";

base::Error invalid(const std::string& detail) {
    return base::makeError(base::ErrorCode::ManifestInvalid, detail);
}

/// Tags every node with its file; tells keys that stand twice.
class Tagger {
public:
    Tagger(std::string file, YamlProblems& problems)
        : tag_(std::string(kFileTag) + file), problems_(problems) {}

    void tag(YAML::Node node, int depth = 0) {
        if (++nodes_ > kNodesMax || depth > kDepthMax) {
            if (nodes_ <= kNodesMax + 1) problems_.add(node, "nested too deep, or too many values");
            return;
        }
        node.SetTag(tag_);
        if (node.IsSequence()) {
            for (auto entry : node) tag(entry, depth + 1);
        }
        if (!node.IsMap()) return;
        std::set<std::string> names;
        for (auto entry : node) {
            entry.first.SetTag(tag_);
            if (!entry.first.IsScalar())
                problems_.add(entry.first, "a key must be one value");
            else if (!names.insert(entry.first.Scalar()).second)
                problems_.add(
                    entry.first, "the key " + entry.first.Scalar() + " stands here twice"
                );
            tag(entry.second, depth + 1);
        }
    }

private:
    std::string tag_;
    YamlProblems& problems_;
    std::size_t nodes_ = 0;
};

/// "police110/mapping.yaml" of ".../police110/mapping.yaml".
std::string shownName(const std::string& path) {
    const std::filesystem::path whole(path);
    return whole.parent_path().filename().string() + "/" + whole.filename().string();
}

base::Result<YAML::Node> readFile(const std::string& path) {
    std::error_code code;
    if (std::filesystem::file_size(path, code) > kFileBytesMax || code)
        return invalid(shownName(path) + ": can't be read, or larger than 1 MiB");
    auto node = parseYamlFile(path);
    if (!node) return invalid(node.error().detail);
    YamlProblems problems(shownName(path), base::ErrorCode::ManifestInvalid);
    Tagger(shownName(path), problems).tag(*node);
    if (!node->IsMap()) problems.add(*node, "write a map of keys and values");
    if (!problems.empty()) return problems.error();
    return node;
}

/// RFC 7396: maps are merged, everything else replaced, null removes.
void mergePatch(YAML::Node target, const YAML::Node& patch) {
    for (const auto& entry : patch) {
        const std::string key = entry.first.Scalar();
        YAML::Node own = std::as_const(target)[key];
        if (entry.second.IsNull()) {
            target.remove(key);
        } else if (own.IsDefined() && own.IsMap() && entry.second.IsMap()) {
            mergePatch(own, entry.second);
        } else if (own.IsDefined()) {
            target[key] = entry.second;
        } else {
            target.force_insert(entry.first, entry.second);
        }
    }
}

/// FOLDER/<name>.yaml with FOLDER/mapping.yaml under "mapping".
base::Result<YAML::Node> readFolder(const std::string& directory, const char* name) {
    auto root = readFile(directory + "/" + name);
    if (!root) return root;
    if (std::as_const(*root)["mapping"].IsDefined())
        return invalid(
            shownName(directory + "/" + name) + ": the mapping stands in mapping.yaml beside it"
        );
    const std::string mapping_path = directory + "/mapping.yaml";
    if (!std::filesystem::exists(mapping_path)) return root;
    auto mapping = readFile(mapping_path);
    if (!mapping) return mapping;
    (*root)["mapping"] = *mapping;
    return root;
}

bool isPlainName(const std::string& name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool namesSecret(std::string name) {
    static constexpr const char* kWords[] = {"secret", "password", "token", "credential"};
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return std::tolower(c);
    });
    return std::any_of(std::begin(kWords), std::end(kWords), [&](const char* word) {
        // Words for nothing, and what 保密 tickets are shown of: no credentials.
        return name.find(word) != std::string::npos && name != "null_tokens" && name != "mask_secret";
    });
}

/// A mapping has rows (is_secret: …) and no secrets; everywhere else a name that sounds like one hides what is below it.
bool hides(const YAML::Node& key, bool& mapping) {
    mapping = mapping || key.Scalar() == "mapping";
    return !mapping && namesSecret(key.Scalar());
}

void emit(YAML::Emitter& out, const YAML::Node& node, bool masked, bool mapping = false) {
    if (node.IsMap()) {
        out << YAML::BeginMap;
        for (const auto& entry : node) {
            out << YAML::Key << entry.first.Scalar() << YAML::Value;
            bool below = mapping;
            const bool hidden = hides(entry.first, below);
            emit(out, entry.second, masked || hidden, below);
        }
        out << YAML::EndMap;
    } else if (node.IsSequence()) {
        const bool plain =
            std::all_of(node.begin(), node.end(), [](const YAML::Node& n) { return n.IsScalar(); });
        if (plain) out << YAML::Flow;
        out << YAML::BeginSeq;
        for (const auto& entry : node) emit(out, entry, masked, mapping);
        out << YAML::EndSeq;
    } else {
        out << (masked ? std::string(kMasked) : node.IsNull() ? "" : node.Scalar());
    }
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& out, const YAML::Node& node, bool masked, bool mapping = false) {
    if (node.IsMap()) {
        out.StartObject();
        for (const auto& entry : node) {
            out.Key(entry.first.Scalar().c_str());
            bool below = mapping;
            const bool hidden = hides(entry.first, below);
            write(out, entry.second, masked || hidden, below);
        }
        out.EndObject();
    } else if (node.IsSequence()) {
        out.StartArray();
        for (const auto& entry : node) write(out, entry, masked, mapping);
        out.EndArray();
    } else {
        out.String(masked ? std::string(kMasked) : node.IsNull() ? "" : node.Scalar());
    }
}

std::vector<std::string> sourceNames(const std::string& sources_directory) {
    std::vector<std::string> names;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(sources_directory, code))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

base::Result<ManifestTree> readManifestTree(
    const std::string& sources_directory, const std::string& products_directory,
    const std::string& id
) {
    ManifestTree tree;
    tree.source_directory = sources_directory + "/" + id;
    if (!isPlainName(id) ||
        !std::filesystem::is_regular_file(tree.source_directory + "/source.yaml")) {
        return base::makeError(
            base::ErrorCode::SourceUnknown,
            "no " + tree.source_directory + "/source.yaml" + didYouMean(id, sourceNames(sources_directory))
        );
    }
    try {
        auto source = readFolder(tree.source_directory, "source.yaml");
        if (!source) return std::move(source).error();
        const YAML::Node named = std::as_const(*source)["product"];
        if (!named.IsDefined() || !named.IsScalar() || !isPlainName(named.Scalar()))
            return invalid(
                id + "/source.yaml: product: write the name of a folder of " + products_directory
            );
        tree.product_directory = products_directory + "/" + named.Scalar();
        auto product = readFolder(tree.product_directory, "product.yaml");
        if (!product) return std::move(product).error();
        mergePatch(*product, *source);
        tree.root = *product;
        return tree;
    } catch (const YAML::Exception& error) {
        return invalid(id + ": line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
    }
}

std::string effectiveText(const ManifestTree& tree) {
    YAML::Emitter out;
    emit(out, tree.root, false);
    return std::string(out.c_str()) + "\n";
}

std::string effectiveJson(const ManifestTree& tree) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    write(out, tree.root, false);
    return buffer.GetString();
}

}  // namespace yht::kit
