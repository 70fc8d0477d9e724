#include "adapters/kit/path.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

using Steps = std::vector<Path::Step>;

void walk(
    const ItemValue& value, Steps::const_iterator step, Steps::const_iterator end,
    std::vector<const ItemValue*>& found
) {
    if (step == end) {
        found.push_back(&value);
        return;
    }
    if (step->each) {
        if (value.type() != ItemType::List) return walk(value, step + 1, end, found);
        for (const auto& entry : value.items()) walk(entry, step + 1, end, found);
        return;
    }
    if (value.type() == ItemType::Object) {
        if (const ItemValue* member = value.find(step->name)) walk(*member, step + 1, end, found);
        return;
    }
    if (value.type() != ItemType::List) return;
    if (step->is_number) {
        if (step->number < value.items().size())
            walk(value.items()[step->number], step + 1, end, found);
        return;
    }
    for (const auto& entry : value.items()) walk(entry, step, end, found);
}

/// nullopt where an escape is none.
std::optional<std::string> unescaped(std::string_view step) {
    std::string name;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] != '~') {
            name.push_back(step[i]);
            continue;
        }
        if (++i == step.size() || step[i] < '0' || step[i] > '2') return std::nullopt;
        name.push_back(step[i] == '0' ? '~' : step[i] == '1' ? '/' : '*');
    }
    return name;
}

base::Error wrong(std::string_view text, const std::string& what) {
    return base::makeError(
        base::ErrorCode::ManifestInvalid, "path \"" + std::string(text) + "\": " + what
    );
}

}  // namespace

base::Result<Path> Path::parse(std::string_view text) {
    if (text.size() > kTextBytesMax) return wrong(text.substr(0, 32), "longer than 1024 bytes");
    Path path;
    path.text_ = text;
    path.from_item_ = text.starts_with('/');
    std::string_view rest = path.from_item_ ? text.substr(1) : text;
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        const auto written = rest.substr(0, slash);
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
        if (slash != std::string_view::npos && rest.empty())
            return wrong(text, "ends with a slash");
        auto name = unescaped(written);
        if (!name) return wrong(text, "after ~ comes 0 (~), 1 (/) or 2 (*)");
        if (written.empty()) return wrong(text, "has an empty step");
        Step step;
        step.each = written == "*";
        const char* end = written.data() + written.size();
        const auto [stop, code] = std::from_chars(written.data(), end, step.number);
        step.is_number = code == std::errc{} && stop == end;
        if (!step.each) step.name = std::move(*name);
        path.steps_.push_back(std::move(step));
        if (path.steps_.size() > kStepsMax) return wrong(text, "more than 32 steps");
    }
    return path;
}

bool Path::hasEach() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.each; });
}

void Path::find(const ItemValue& item, const ItemValue& entry, std::vector<const ItemValue*>& found)
    const {
    walk(from_item_ ? item : entry, steps_.begin(), steps_.end(), found);
}

const ItemValue* Path::findOne(const ItemValue& item) const {
    std::vector<const ItemValue*> found;
    find(item, item, found);
    return found.size() == 1 ? found.front() : nullptr;
}

bool Path::setText(ItemValue& item, const std::string& text) const {
    YHT_ASSERT(!hasEach());
    ItemValue* at = &item;
    for (const Step& step : steps_) {
        if (at->type() == ItemType::List && step.is_number) {
            at = at->entry(step.number);
            if (at == nullptr) return false;
            continue;
        }
        if (at->type() == ItemType::Null) *at = ItemValue::object({});
        if (at->type() != ItemType::Object) return false;
        if (at->find(step.name) == nullptr) at->setMember(step.name, ItemValue());
        at = at->find(step.name);
    }
    if (!at->isScalar()) return false;
    *at = ItemValue::scalar(ItemType::Text, text);
    return true;
}

std::string pathStep(std::string_view name) {
    if (name == "*") return "~2";
    std::string step;
    for (const char c : name) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return step;
}

}  // namespace yht::kit
