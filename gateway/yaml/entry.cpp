#include "gateway/yaml/entry.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "gateway/base/nearest_name.h"
#include "gateway/base/text.h"

namespace yht::yaml {
namespace {

// What is quoted back in a message: enough to find it, never a page of it.
std::string shortened(const std::string& given) {
    const bool readable = base::countCodePoints(given) && !base::hasControlCharacters(given);
    return readable ? std::string(base::prefixByCodePoints(given, kIdCharactersMax)) : "";
}

// Aliases can make a tree wide: a node that is not found within the bounds is told without its path.
constexpr std::size_t kPathDepthMax = 16;
constexpr std::size_t kPathNodesMax = 100'000;

/// Finds the path of one node. A key is found as well as a value; both have the path of the value.
class PathSearch {
public:
    explicit PathSearch(const YAML::Node& wanted) : wanted_(wanted) {}

    /// "" where `node` is the one itself, nullopt where it is not below it.
    std::optional<std::string> below(const YAML::Node& node) {
        if (node.is(wanted_)) return "";
        // An alias may lead back to a node that it stands in.
        const bool within = std::any_of(above_.begin(), above_.end(), [&](const YAML::Node& each) { return each.is(node); });
        if (within || above_.size() == kPathDepthMax || ++looked_at_ > kPathNodesMax) return std::nullopt;
        above_.push_back(node);
        auto path = node.IsMap() ? inMap(node) : node.IsSequence() ? inList(node) : std::nullopt;
        above_.pop_back();
        return path;
    }

private:
    std::optional<std::string> inMap(const YAML::Node& node) {
        for (const auto& member : node) {
            const std::string key = member.first.IsScalar() ? shortened(member.first.Scalar()) : "";
            if (member.first.is(wanted_)) return "." + key;
            if (const auto rest = below(member.second)) return "." + key + *rest;
        }
        return std::nullopt;
    }
    std::optional<std::string> inList(const YAML::Node& node) {
        for (std::size_t i = 0; i < node.size(); ++i) {
            if (const auto rest = below(node[i])) return "[" + std::to_string(i) + "]" + *rest;
        }
        return std::nullopt;
    }

    const YAML::Node& wanted_;
    std::vector<YAML::Node> above_;
    std::size_t looked_at_ = 0;
};

std::string pathOf(const YAML::Node& root, const YAML::Node& wanted) {
    const auto path = PathSearch(wanted).below(root).value_or("");
    return path.starts_with('.') ? path.substr(1) : path;
}

}  // namespace

void Findings::put(int line, const std::string& path, const char* code, const std::string& en, const std::string& zh) {
    if (errors_.size() == kConfigErrorsMax) return;
    const std::string before = path.empty() ? "" : path + ": ";
    // Line 0: the file as a whole, or one that is empty.
    errors_.push_back({line > 0 ? file_ + ":" + std::to_string(line) : file_, code, path, before + en, before + zh});
}

void Findings::add(int line, const char* code, const std::string& en, const std::string& zh) { put(line, "", code, en, zh); }

void Findings::add(
    const YAML::Node& at, const char* code, const std::string& en, const std::string& zh
) {
    put(at.Mark().line + 1, pathOf(root_, at), code, en, zh);
}

void Findings::addUnknown(
    const YAML::Node& at, const std::string& what_en, const std::string& what_zh,
    const std::string& given, const Names& names
) {
    const std::string quoted = " \"" + shortened(given) + "\" ", likely(base::nearestName(given, names).name);
    add(at, "unknown", what_en + quoted + "is not known here; did you mean \"" + likely + "\"?",
        what_zh + quoted + "无法识别,是否应为 \"" + likely + "\"?");
}

Entry::Entry(const YAML::Node& node, const Names& keys, Findings& findings)
    : node_(node), findings_(findings) {
    if (!node.IsMap()) {
        findings.add(
            node, "not_a_mapping", "Here stands a mapping (key: value).", "此处应为映射(键: 值)。"
        );
        return;
    }
    std::set<std::string> seen;
    for (const auto& member : node) {
        const std::string key = member.first.IsScalar() ? member.first.Scalar() : "";
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            findings.addUnknown(member.first, "Key", "键", key, keys);
        } else if (!seen.insert(key).second) {
            findings.add(
                member.first, "twice", "Key \"" + key + "\" stands twice.",
                "键 \"" + key + "\" 重复。"
            );
        }
    }
}

YAML::Node Entry::find(const char* key) const {
    return node_.IsMap() ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
}

std::string Entry::text(const char* key, const char* fallback, std::size_t characters_max) {
    const YAML::Node value = find(key);
    if (!value) {
        if (!fallback && node_.IsMap()) {
            findings_.add(
                node_, "required", std::string("\"") + key + "\" is required.",
                std::string("缺少 \"") + key + "\"。"
            );
        }
        return fallback ? fallback : "";
    }
    const auto characters = value.IsScalar() ? base::countCodePoints(value.Scalar()) : std::nullopt;
    if (!characters || *characters == 0 || *characters > characters_max ||
        base::hasControlCharacters(value.Scalar())) {
        bad(value, key,
            "is one value of 1 to " + std::to_string(characters_max) + " characters of UTF-8",
            "应为 1 至 " + std::to_string(characters_max) + " 个 UTF-8 字符的单个值");
        return "";
    }
    return value.Scalar();
}

bool Entry::flag(const char* key, bool fallback) {
    const YAML::Node value = find(key);
    if (!value) return fallback;
    if (value.IsScalar() && value.Scalar() == "true") return true;
    if (!value.IsScalar() || value.Scalar() != "false")
        bad(value, key, "is true or false", "应为 true 或 false");
    return false;
}

std::int64_t Entry::integer(const char* key, std::int64_t fallback, std::int64_t min, std::int64_t max) {
    const YAML::Node value = find(key);
    if (!value) return fallback;
    const std::string text = value.IsScalar() ? value.Scalar() : "";
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && number >= min && number <= max) return number;
    const std::string least = std::to_string(min), most = std::to_string(max);
    bad(value, key, "is a number from " + least + " to " + most, "应为 " + least + " 至 " + most + " 的整数");
    return fallback;
}

std::uint32_t Entry::number(const char* key, std::uint32_t fallback, std::uint32_t max) {
    return static_cast<std::uint32_t>(integer(key, fallback, 1, max));
}

std::vector<YAML::Node> Entry::list(const char* key, std::size_t count_max) {
    const YAML::Node value = find(key);
    std::vector<YAML::Node> items;
    if (!value) return items;
    if (!value.IsSequence() || value.size() > count_max) {
        bad(value, key, "is a list of at most " + std::to_string(count_max) + " items",
            "应为至多 " + std::to_string(count_max) + " 项的列表");
        return items;
    }
    for (const auto& item : value) items.push_back(item);
    return items;
}

std::vector<std::string> Entry::texts(const char* key, std::size_t count_max, std::size_t characters_max) {
    std::vector<std::string> texts;
    for (const auto& item : list(key, count_max)) {
        const auto characters = item.IsScalar() ? base::countCodePoints(item.Scalar()) : std::nullopt;
        if (characters && *characters > 0 && *characters <= characters_max && !base::hasControlCharacters(item.Scalar())) {
            texts.push_back(item.Scalar());
            continue;
        }
        const std::string most = std::to_string(characters_max);
        bad(item, key, "is a list of values of 1 to " + most + " characters of UTF-8", "应为列表,每项 1 至 " + most + " 个 UTF-8 字符");
    }
    return texts;
}

std::string Entry::id() {
    const std::string id = text("id", nullptr, kIdCharactersMax);
    const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain)
        bad(find("id"), "id", "is of a-z, 0-9, \"-\" and \"_\"", "只能含 a-z、0-9、\"-\"、\"_\"");
    return id;
}

void Entry::bad(
    const YAML::Node& at, const char* key, const std::string& en, const std::string& zh
) {
    findings_.add(
        at, "invalid", std::string("\"") + key + "\" " + en + ".",
        std::string("\"") + key + "\" " + zh + "。"
    );
}

void readTree(const std::string& text, Findings& findings, const std::function<void(const YAML::Node&)>& read) {
    try {
        const YAML::Node root = YAML::Load(text);
        findings.lookIn(root);
        read(root);
    } catch (const YAML::Exception& fault) {
        findings.add(fault.mark.line + 1, "not_yaml", "This is not YAML: " + fault.msg + ".", "不是合法的 YAML。");
    }
}

base::Error refusal(base::ErrorCode code, const std::string& file, std::vector<base::FieldError> errors) {
    const auto& first = errors.front();
    base::Error error = base::makePublicError(code, first.pointer + ": " + first.en, first.pointer + ": " + first.zh, file);
    for (const auto& found : errors) error.detail += "\n" + found.pointer + ": " + found.en + " " + found.zh;
    error.fields = std::move(errors);
    return error;
}

}  // namespace yht::yaml
