#include "adapters/kit/inbound/native_values.h"

#include <algorithm>

#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

constexpr std::string_view kTextMember = "#text";  // of an XML element that has attributes, too

}  // namespace

std::vector<std::string> listOf(const InboundRow& row, std::string_view text) {
    std::vector<std::string> entries;
    const auto add = [&](std::string_view entry) {
        entries.push_back((row.party.empty() ? "" : row.party + "/") + std::string(entry));
    };
    if (row.split.empty()) {
        add(text);
    } else {
        for (const auto part : partsOf(text, {row.split})) add(part);
    }
    return entries;
}

void eachPart(
    std::string_view text, const std::vector<std::string>& separators,
    const std::function<bool(std::string_view)>& each
) {
    // Where each separator comes next: looked for again only once it is behind.
    std::vector<std::size_t> next(separators.size(), 0);
    std::size_t from = 0;
    for (bool first = true; from <= text.size(); first = false) {
        std::size_t at = text.size(), bytes = 1;
        for (std::size_t i = 0; i < separators.size(); ++i) {
            if (first || next[i] < from) next[i] = std::min(text.find(separators[i], from), text.size());
            if (next[i] < at) at = next[i], bytes = separators[i].size();
        }
        if (!each(text.substr(from, at - from))) return;
        from = at + bytes;
    }
}

std::vector<std::string_view> partsOf(
    std::string_view text, const std::vector<std::string>& separators
) {
    std::vector<std::string_view> parts;
    eachPart(text, separators, [&](std::string_view part) {
        part = trimmed(part);
        if (!part.empty()) parts.push_back(part);
        return parts.size() <= kValuesMax;
    });
    return parts;
}

std::optional<NativeValues::Wrong> NativeValues::collect(
    const InboundRow& row, const RowScope& scope
) {
    values_.clear();
    made_.clear();
    for (const auto& source : row.from) {
        switch (source.kind) {
            case InboundValue::Kind::ReceivedTime:
                addText(
                    keep(base::formatRfc3339(scope.context.received_ms)), ItemType::Text, row,
                    &source.text
                );
                break;
            case InboundValue::Kind::FileName:
                addText(scope.context.file_name, ItemType::Text, row, &source.text);
                break;
            case InboundValue::Kind::Number:
                addText(keep(std::to_string(scope.number)), ItemType::Number, row, &source.text);
                break;
            case InboundValue::Kind::Path:
                found_.clear();
                source.path.find(scope.item, scope.entry, found_);
                for (const auto* value : found_) {
                    if (const auto error = add(*value, row, &source.text))
                        return Wrong{*error, &source.text};
                }
                break;
        }
        // A list and a joined text take all paths; one value is the first path's that has one.
        if (!values_.empty() && !row.is_list && !row.joined) break;
    }
    return std::nullopt;
}

std::optional<MappingError> NativeValues::add(
    const ItemValue& value, const InboundRow& row, const std::string* path
) {
    if (values_.size() >= kValuesMax) return MappingError::TooMany;
    switch (value.type()) {
        case ItemType::Null:
            return std::nullopt;
        case ItemType::Object:
            if (value.members().empty()) return std::nullopt;  // an empty XML element
            if (const auto* text = value.find(kTextMember)) return add(*text, row, path);
            return MappingError::NotAScalar;
        case ItemType::List:
            for (const auto& entry : value.items()) {
                if (const auto error = add(entry, row, path)) return error;
            }
            return std::nullopt;
        case ItemType::Text:
        case ItemType::Number:
        case ItemType::Flag:
        case ItemType::Serial:
            break;
    }
    addText(value.text(), value.type(), row, path);
    return std::nullopt;
}

void NativeValues::addText(
    std::string_view text, ItemType type, const InboundRow& row, const std::string* path
) {
    text = trimmed(text);
    const bool null = text.size() <= row.null_token_bytes_max && row.null_tokens.contains(text);
    if (!null) values_.push_back({text, type, path});
}

std::vector<std::vector<const ItemValue*>> NativeValues::arguments(
    const InboundRow& row, const RowScope& scope
) {
    std::vector<std::vector<const ItemValue*>> all;
    arguments_.clear();
    for (const auto& source : row.from) {
        auto& found = all.emplace_back();
        const auto give = [&](ItemType type, std::string text) {
            found.push_back(&arguments_.emplace_back(ItemValue::scalar(type, std::move(text))));
        };
        switch (source.kind) {
            case InboundValue::Kind::Path:
                source.path.find(scope.item, scope.entry, found);
                break;
            case InboundValue::Kind::FileName:
                if (!scope.context.file_name.empty()) give(ItemType::Text, scope.context.file_name);
                break;
            case InboundValue::Kind::ReceivedTime:
                give(ItemType::Text, base::formatRfc3339(scope.context.received_ms));
                break;
            case InboundValue::Kind::Number:
                give(ItemType::Number, std::to_string(scope.number));
                break;
        }
    }
    return all;
}

void NativeValues::replace(std::vector<std::string> texts, const InboundRow& row) {
    values_.clear();
    static const std::string none;
    const std::string* path = row.from.empty() ? &none : &row.from.front().text;
    for (auto& text : texts) addText(keep(std::move(text)), ItemType::Text, row, path);
}

std::optional<NativeValues::Wrong> NativeValues::separate(const InboundRow& row) {
    if (row.separators.empty()) return std::nullopt;
    std::vector<NativeValue> whole;
    whole.swap(values_);
    for (const auto& value : whole) {
        std::size_t number = 0;
        eachPart(value.text, row.separators, [&](std::string_view part) {
            ++number;
            if (row.part == 0 || number == row.part) addText(part, value.type, row, value.path);
            return values_.size() <= kValuesMax;
        });
        if (values_.size() > kValuesMax) return Wrong{MappingError::TooMany, value.path};
        if (number < row.part) return Wrong{MappingError::PartMissing, value.path};
    }
    return std::nullopt;
}

bool NativeValues::holds(
    const InboundCondition& condition, const RowScope& scope, const Words& null_tokens
) {
    for (const auto& term : condition.terms) {
        if (term.number) {
            if (!term.values.contains(std::to_string(scope.number))) return false;
            continue;
        }
        found_.clear();
        term.path.find(scope.item, scope.entry, found_);
        bool any = found_.empty() && term.values.contains("");
        for (const auto* value : found_) any = any || holdsOne(*value, term, null_tokens);
        if (!any) return false;
    }
    return true;
}

bool NativeValues::holdsOne(
    const ItemValue& value, const InboundCondition::Term& term, const Words& null_tokens
) {
    if (value.type() == ItemType::List) {
        bool any = value.items().empty() && term.values.contains("");
        for (const auto& entry : value.items()) any = any || holdsOne(entry, term, null_tokens);
        return any;
    }
    if (value.type() == ItemType::Object) {
        const auto* text = value.find(kTextMember);
        return text != nullptr ? holdsOne(*text, term, null_tokens)
                               : value.members().empty() && term.values.contains("");
    }
    const auto text = trimmed(value.text());
    return term.values.contains(null_tokens.contains(text) ? std::string_view() : text);
}

}  // namespace yht::kit
