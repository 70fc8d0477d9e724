#include "gateway/app/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "gateway/base/nearest_name.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;

const KeyRow* findKey(const std::string& name) {
    for (const auto& row : configTable()) {
        if (name == row.name) return &row;
    }
    return nullptr;
}

/// "partner" of "partner.listen": keys stand below it.
bool isGroup(const std::string& name) {
    return std::ranges::any_of(configTable(), [&](const KeyRow& row) { return std::string_view(row.name).starts_with(name + "."); });
}

/// Below a known group the nearest of its own keys. Else a name alone may mean a group, or a key without its group.
std::string nearestKey(const std::string& name) {
    std::map<std::string, std::string> meant;  // what somebody may have written → the key or group
    const auto dot = name.rfind('.');
    const std::string group = dot == std::string::npos ? "" : name.substr(0, dot);
    for (const auto& row : configTable()) {
        const std::string key = row.name;
        const auto split = key.rfind('.');
        if (isGroup(group)) {
            if (key.starts_with(group + ".")) meant.emplace(key, key);
        } else if (dot != std::string::npos) {
            meant.emplace(key, key);
        } else {
            meant.insert_or_assign(key.substr(0, split), key.substr(0, split));
            meant.emplace(key.substr(split + 1), key);
        }
    }
    std::vector<std::string> names;
    for (const auto& each : meant) names.push_back(each.first);
    return meant.at(std::string(base::nearestName(name, names).name));
}

std::optional<std::int64_t> parseInteger(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool isAddress(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    const auto port = parseInteger(text.substr(colon + 1));
    return port && *port >= 0 && *port <= 65'535;
}

/// What is wrong with a value of this key, "" where nothing is.
std::string valueProblem(const KeyRow& row, const std::vector<std::string>& values) {
    const std::string& value = values.front();
    switch (row.type) {
        case KeyType::Text:
        case KeyType::Path:
        case KeyType::Texts:
            return value.empty() && row.fallback == nullptr ? "must not be empty 不能为空" : "";
        case KeyType::Address:
            if (value.empty() && row.fallback != nullptr && *row.fallback == '\0') return "";
            return isAddress(value) ? "" : "write host:port, for example 0.0.0.0:8443 请写 主机:端口";
        case KeyType::Flag:
            return value == "true" || value == "false" ? "" : "write true or false 请写 true 或 false";
        case KeyType::Integer: {
            const auto number = parseInteger(value);
            if (number && *number >= row.min && *number <= row.max) return "";
            return "write a whole number from " + std::to_string(row.min) + " to " +
                   std::to_string(row.max) + " 请写此范围内的整数";
        }
    }
    YHT_ASSERT(false);
}

/// Walks the YAML and collects values and complaints; both carry the line.
class Reader {
public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    void readMap(const YAML::Node& node, const std::string& prefix) {
        for (const auto& item : node) {
            const std::string name = prefix + item.first.Scalar();
            const int line = item.first.Mark().line + 1;
            if (!isGroup(name)) {
                readValue(line, name, item.second);
            } else if (item.second.IsMap()) {
                readMap(item.second, name + ".");
            } else if (!item.second.IsNull()) {
                complain(line, name, "holds keys: write them below it 其下应为各配置项");
            }
        }
    }

    void addDefaults() {
        for (const auto& row : configTable()) {
            if (values.contains(row.name)) continue;
            if (row.fallback == nullptr) {
                complain(0, row.name, "is required 必填: " + std::string(row.en));
            } else {
                values[row.name] = {row.fallback};
            }
        }
    }

    std::map<std::string, std::vector<std::string>> values;
    std::vector<base::FieldError> complaints;

private:
    void complain(int line, const std::string& key, const std::string& what) {
        const std::string where = line > 0 ? file_ + ":" + std::to_string(line) : file_;
        complaints.push_back({where, "config", key, key + ": " + what, key + ": " + what});
    }

    void readValue(int line, const std::string& name, const YAML::Node& node) {
        const auto* row = findKey(name);
        if (row == nullptr) {
            complain(line, name, "no such key; did you mean 没有此项,是否为 " + nearestKey(name) + "?");
            return;
        }
        if (values.contains(name)) {
            complain(line, name, "stands twice 重复出现");
            return;
        }
        std::vector<std::string> list;
        if (row->type == KeyType::Texts && node.IsSequence()) {
            for (const auto& entry : node) list.push_back(entry.IsScalar() ? entry.Scalar() : "");
        } else if (node.IsScalar() || node.IsNull()) {
            list.push_back(node.IsNull() ? "" : node.Scalar());
        }
        if (list.empty()) {
            complain(line, name, "has the wrong form 形式有误");
            return;
        }
        if (const auto problem = valueProblem(*row, list); !problem.empty()) complain(line, name, problem);
        values[name] = std::move(list);
    }

    const std::string file_;
};

}  // namespace

std::string resolvePath(const std::string& directory, const std::string& path) {
    if (path.empty() || crypto::isDeviceReference(path)) return path;
    return (fs::path(path).is_absolute() ? fs::path(path) : fs::path(directory) / path)
        .lexically_normal()
        .string();
}

base::Result<Config> Config::load(const std::string& directory) {
    const std::string file = resolvePath(directory, "yht.yaml");
    Reader reader(file);
    try {
        const auto root = YAML::LoadFile(file);
        if (!root.IsMap()) {
            return base::makeError(base::ErrorCode::ConfigInvalid, file + ": not a YAML map");
        }
        reader.readMap(root, "");
    } catch (const YAML::Exception& exception) {
        return base::makeError(base::ErrorCode::ConfigInvalid, file + ": " + exception.what());
    }
    reader.addDefaults();
    if (!reader.complaints.empty()) {
        auto error = base::makeError(base::ErrorCode::ConfigInvalid, file);
        error.fields = std::move(reader.complaints);
        return error;
    }
    Config config;
    config.directory_ = directory;
    config.values_ = std::move(reader.values);
    for (const auto& row : configTable()) {
        if (row.type != KeyType::Path) continue;
        auto& value = config.values_[row.name].front();
        value = resolvePath(directory, value);
    }
    return config;
}

const std::string& Config::text(const std::string& key) const {
    const auto found = values_.find(key);
    YHT_ASSERT(found != values_.end());
    return found->second.front();
}

std::int64_t Config::integer(const std::string& key) const {
    const auto value = parseInteger(text(key));
    YHT_ASSERT(value.has_value());
    return *value;
}

bool Config::flag(const std::string& key) const { return text(key) == "true"; }

std::vector<std::string> Config::texts(const std::string& key) const {
    const auto found = values_.find(key);
    YHT_ASSERT(found != values_.end());
    return found->second;
}

}  // namespace yht::app
