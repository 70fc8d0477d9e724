// One item or many, in any order: the same item makes the same records wherever it stands and however its list is written.
#include <algorithm>

#include "adapters/kit/inbound/generated_sample.h"
#include "adapters/kit/inbound/one_item.h"
#include "gateway/json/json.h"
#include "gateway/xml/document.h"

namespace yht::kit {
namespace {

constexpr json::Limits kShapesLimits{.depth_max = 32, .values_max = 2'000'000, .members_max = 1'000};

/// Each item of an outcome as text.
std::vector<std::string> itemTexts(const SampleOutcome& outcome) {
    std::vector<std::string> all;
    const auto read = json::parse(outcome.json, kShapesLimits);
    for (const auto& item : (*read)["items"].GetArray()) all.push_back(json::write(item));
    return all;
}

/// What stands at a path of member names; nullptr where nothing does.
rapidjson::Value* memberAt(rapidjson::Value& from, const std::string& path) {
    rapidjson::Value* at = &from;
    for (std::size_t begin = 0; begin < path.size();) {
        const auto slash = std::min(path.find('/', begin), path.size());
        const std::string name = path.substr(begin, slash - begin);
        if (!at->IsObject() || !at->HasMember(name.c_str())) return nullptr;
        at = &(*at)[name.c_str()];
        begin = slash + 1;
    }
    return at;
}

/// One thing alone becomes a list of one, a list of one the thing alone. False: it is neither.
bool otherForm(rapidjson::Value& value, rapidjson::Document& document) {
    const bool list = value.IsArray();
    if (!value.IsObject() && !(list && value.Size() == 1 && value[0].IsObject())) return false;
    rapidjson::Value other(list ? rapidjson::kObjectType : rapidjson::kArrayType);
    if (list) other = value[0];
    else other.PushBack(rapidjson::Value(value, document.GetAllocator()), document.GetAllocator());
    value = other;
    return true;
}

/// The JSON text with lists of one inside its items, and the list of its items, in their other form; nullopt where it has none.
std::optional<std::string> inOtherForm(const std::string& text, const DecodeRules& rules) {
    auto document = json::parse(text, kShapesLimits);
    if (!document) return std::nullopt;
    rapidjson::Value* items = memberAt(*document, rules.items);
    if (items == nullptr) return std::nullopt;
    bool changed = false;
    const auto inside = [&](rapidjson::Value& item) {
        for (const auto& path : rules.array_paths) {
            rapidjson::Value* list = path.find('*') == std::string::npos ? memberAt(item, path) : nullptr;
            if (list != nullptr && otherForm(*list, *document)) changed = true;
        }
    };
    if (items->IsArray()) std::for_each(items->Begin(), items->End(), inside);
    else inside(*items);
    changed = otherForm(*items, *document) || changed;
    return changed ? std::optional(json::write(*document)) : std::nullopt;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

/// The same of the text inside a SOAP call.
std::optional<std::string> callInOtherForm(const std::string& message, const DecodeRules& rules) {
    const auto name = message.find(rules.inner.element + ">");
    if (!rules.inner_rules || rules.inner_rules->format != Format::Json || name == std::string::npos) return std::nullopt;
    const std::size_t begin = name + rules.inner.element.size() + 1, end = message.find("</", begin);
    if (end == std::string::npos) return std::nullopt;
    const auto text = xml::Document::parse("<t>" + message.substr(begin, end - begin) + "</t>");
    if (!text) return std::nullopt;
    const auto other = inOtherForm(text->root().text(), *rules.inner_rules);
    if (!other) return std::nullopt;
    return message.substr(0, begin) + escaped(*other) + message.substr(end);
}

/// Each element alone in its message is what it is among the others.
CaseProblem aloneAsAmongOthers(const GeneratedSample& sample) {
    const auto together = itemTexts(sample.good);
    if (together.size() < 2) return std::nullopt;
    for (std::size_t i = 0; i < together.size(); ++i) {
        const auto alone = oneItemOf(sample.manifest.manifest.decode, sample.message, i);
        if (!alone) return std::nullopt;
        const auto one = itemTexts(sample.outcome(*alone));
        if (one.size() != 1 || one.front() != together[i]) return "an element alone and the same among others differ";
    }
    return "";
}

/// The message with its items in reverse, what stands between them left where it is; nullopt where items are no slices.
std::optional<std::string> reversed(const GeneratedSample& sample) {
    const auto& items = sample.items;
    if (items.size() < 2) return std::nullopt;
    std::string other;
    std::size_t at = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const AdaptedItem &here = items[i], &mirrored = items[items.size() - 1 - i];
        if (here.raw_bytes == 0 || here.raw_offset < at) return std::nullopt;
        other.append(sample.message, at, here.raw_offset - at).append(sample.message, mirrored.raw_offset, mirrored.raw_bytes);
        at = here.raw_offset + here.raw_bytes;
    }
    return other.append(sample.message, at);
}

}  // namespace

CaseProblem oneOrMany(const GeneratedSample& sample) {
    const auto& rules = sample.manifest.manifest.decode;
    if (rules.format == Format::Xml) return aloneAsAmongOthers(sample);
    std::optional<std::string> other;
    if (rules.format == Format::SoapString) other = callInOtherForm(sample.message, rules);
    if (rules.format == Format::Json && !rules.lines) other = inOtherForm(sample.message, rules);
    if (!other) return std::nullopt;
    return sample.outcome(*other).json == sample.good.json ? "" : "one thing alone and a list of one differ";
}

CaseProblem reordered(const GeneratedSample& sample) {
    const auto other = reversed(sample);
    if (!other) return std::nullopt;
    auto one = itemTexts(sample.outcome(*other)), before = itemTexts(sample.good);
    std::sort(one.begin(), one.end());
    std::sort(before.begin(), before.end());
    return one == before ? "" : "another order makes other records";
}

}  // namespace yht::kit
