#include "adapters/kit/array_paths.h"

namespace yht::kit {
namespace {

using Step = std::vector<Path::Step>::const_iterator;

void makeList(ItemValue& value, Step step, Step end) {
    if (step == end) {
        if (value.type() == ItemType::List) return;
        std::vector<ItemValue> entries;
        if (value.type() != ItemType::Null) entries.push_back(std::move(value));
        value = ItemValue::list(std::move(entries));
        return;
    }
    if (value.type() == ItemType::List) {
        const Step next = step->each ? step + 1 : step;
        for (std::size_t i = 0; i < value.items().size(); ++i) makeList(*value.entry(i), next, end);
    } else if (step->each) {
        makeList(value, step + 1, end);
    } else if (ItemValue* member = value.find(step->name)) {
        makeList(*member, step + 1, end);
    }
}

}  // namespace

base::Result<ArrayPaths> ArrayPaths::parse(const std::vector<std::string>& paths) {
    ArrayPaths made;
    if (paths.size() > kPathsMax)
        return base::makeError(base::ErrorCode::ManifestInvalid, "array_paths: more than 64");
    for (const auto& text : paths) {
        auto path = Path::parse(text);
        if (!path) return std::move(path).error();
        made.paths_.push_back(std::move(*path));
    }
    return made;
}

void ArrayPaths::apply(ItemValue& item) const {
    for (const auto& path : paths_) makeList(item, path.steps().begin(), path.steps().end());
}

}  // namespace yht::kit
