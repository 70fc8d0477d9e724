#include "adapters/kit/yaml_map.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/assert.h"
#include "gateway/base/nearest_name.h"

namespace yht::kit {

void YamlProblems::add(const YAML::Node& at, const std::string& what) {
    const int line = at.IsDefined() ? at.Mark().line + 1 : 0;
    const std::string tag = at.IsDefined() ? at.Tag() : "";
    const std::string file = tag.starts_with(kFileTag) ? tag.substr(kFileTag.size()) : file_;
    std::string text = file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what;
    // Common rows are read once for every kind: one mistake, one line.
    if (std::find(lines_.begin(), lines_.end(), text) == lines_.end())
        lines_.push_back(std::move(text));
}

base::Error YamlProblems::error() const {
    std::string detail;
    for (const auto& line : lines_) detail += (detail.empty() ? "" : "\n") + line;
    return base::makeError(code_, detail);
}

base::Result<YAML::Node> parseYamlFile(const std::string& path) {
    try {
        return YAML::LoadFile(path);
    } catch (const YAML::Exception& error) {
        const int line = error.mark.line + 1;
        return base::makeError(
            base::ErrorCode::ProfileInvalid,
            path + (line > 0 ? ":" + std::to_string(line) : "") + ": " + error.msg
        );
    }
}

std::string didYouMean(const std::string& name, const std::vector<std::string>& known) {
    const auto nearest = base::nearestName(name, known);
    if (nearest.is_near) return ", did you mean " + std::string(nearest.name) + "?";
    // contact_tel: whoever knows the first word wants to see what goes on with it.
    const auto word = name.find('_');
    std::string all;
    for (const auto& each : known) {
        if (word != std::string::npos && each.starts_with(name.substr(0, word + 1))) all += (all.empty() ? "" : " or ") + each;
    }
    return all.empty() ? "" : ", did you mean " + all + "?";
}

std::vector<std::string> scalarsOf(
    const YAML::Node& node, const std::string& where, YamlProblems& problems
) {
    std::vector<std::string> values;
    if (!node.IsDefined()) return values;
    if (node.IsScalar()) return {node.Scalar()};
    if (!node.IsSequence()) {
        problems.add(node, where + ": write one value or a list of values");
        return values;
    }
    for (const auto& item : node) {
        if (item.IsScalar())
            values.push_back(item.Scalar());
        else
            problems.add(item, where + ": write plain values");
    }
    return values;
}

YamlMap::YamlMap(const YAML::Node& node, std::string where, YamlProblems& problems)
    : node_(node), where_(std::move(where)), problems_(problems) {
    if (node_.IsDefined() && !node_.IsMap()) {
        problem("write a map of keys and values");
        node_ = YAML::Node(YAML::NodeType::Map);
    }
}

YAML::Node YamlMap::node(const char* key) {
    known_.emplace_back(key);
    if (!node_.IsDefined() || !node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
    const YAML::Node& self = node_;  // the const look-up does not add the key
    return self[key];
}

bool YamlMap::has(const char* key) const {
    const YAML::Node& self = node_;
    return self.IsDefined() && self.IsMap() && self[key].IsDefined();
}

std::string YamlMap::text(const char* key, const char* fallback) {
    const YAML::Node found = node(key);
    if (!found.IsDefined()) {
        if (fallback == nullptr) problem("the key " + std::string(key) + " is required");
        return fallback == nullptr ? "" : fallback;
    }
    if (!found.IsScalar()) {
        problems_.add(found, where_ + "." + key + ": write one value");
        return "";
    }
    return found.Scalar();
}

std::int64_t YamlMap::integer(
    const char* key, std::int64_t fallback, std::int64_t min, std::int64_t max
) {
    if (!has(key)) {
        known_.emplace_back(key);
        return fallback;
    }
    const std::string written = text(key);
    std::int64_t value = 0;
    const auto [end, code] =
        std::from_chars(written.data(), written.data() + written.size(), value);
    if (code != std::errc{} || end != written.data() + written.size() || value < min ||
        value > max) {
        problems_.add(
            node(key), where_ + "." + key + ": write a whole number from " + std::to_string(min) +
                           " to " + std::to_string(max)
        );
        return fallback;
    }
    return value;
}

bool YamlMap::flag(const char* key, bool fallback) {
    const std::string written = text(key, fallback ? "true" : "false");
    if (written != "true" && written != "false") {
        problems_.add(node(key), where_ + "." + key + ": write true or false");
    }
    return written == "true";
}

std::vector<std::string> YamlMap::texts(const char* key) {
    return scalarsOf(node(key), where_ + "." + key, problems_);
}

std::vector<std::pair<std::string, YAML::Node>> YamlMap::entries(const char* key) {
    std::vector<std::pair<std::string, YAML::Node>> all;
    const YAML::Node found = node(key);
    if (!found.IsDefined()) return all;
    if (!found.IsMap()) {
        problems_.add(found, where_ + "." + key + ": write a map of names and values");
        return all;
    }
    for (const auto& entry : found) all.emplace_back(entry.first.Scalar(), entry.second);
    return all;
}

void YamlMap::finish() {
    if (!node_.IsDefined() || !node_.IsMap()) return;
    for (const auto& entry : node_) {
        const std::string key = entry.first.Scalar();
        if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
        problems_.add(entry.first, where_ + ": unknown key " + key + didYouMean(key, known_));
    }
}

void YamlMap::finish(std::span<const char* const> keys) {
    for (const auto& asked : known_)
        YHT_ASSERT(std::find(keys.begin(), keys.end(), asked) != keys.end());
    for (const char* key : keys)
        YHT_ASSERT(std::find(known_.begin(), known_.end(), key) != known_.end());
    finish();
}

}  // namespace yht::kit
