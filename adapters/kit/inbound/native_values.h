// The native texts that a row gets to see: found by its paths, white space at their ends and null
// tokens gone, objects that only carry a text unwrapped. Then the parts between separators. Uses:
// mapping_rules. Used by: inbound mapping.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/kit/inbound/mapping_rules.h"

namespace yht::kit {

struct NativeValue {
    std::string_view text;
    ItemType type = ItemType::Text;
    const std::string* path = nullptr;  // as the mapping writes it
};

/// Where a row stands: the item, the entry of `each` (or the item again) and what is no part of
/// either.
struct RowScope {
    const ItemValue& item;
    const ItemValue& entry;
    const MessageContext& context;
    std::size_t number = 1;
};

/// The entries that a text of our words stands for: cut at `split`, else the text alone; each after
/// its party.
std::vector<std::string> listOf(const InboundRow& row, std::string_view text);
/// Every part of a text between any of the separators, empty ones too, in order; the text itself where there is no
/// separator. `each` returns false to end it.
void eachPart(
    std::string_view text, const std::vector<std::string>& separators,
    const std::function<bool(std::string_view)>& each
);
/// Parts of a text between any of the separators, white space at their ends gone; empty ones left
/// out. At most kValuesMax + 1 of them: more are not looked for.
std::vector<std::string_view> partsOf(
    std::string_view text, const std::vector<std::string>& separators
);

/// One thread; reused from row to row. Texts point into the item or into this object, until the
/// next collect().
class NativeValues {
public:
    /// The error of the first path whose value is no text, with that path.
    struct Wrong {
        MappingError error;
        const std::string* path;
    };
    std::optional<Wrong> collect(const InboundRow& row, const RowScope& scope);
    /// The arguments of the row's function: a list for each path. Until the next call.
    std::vector<std::vector<const ItemValue*>> arguments(
        const InboundRow& row, const RowScope& scope
    );
    /// Replaces what was collected by what a function returned.
    void replace(std::vector<std::string> texts, const InboundRow& row);
    std::optional<Wrong> separate(const InboundRow& row);

    std::vector<NativeValue>& all() { return values_; }
    /// `text` kept until the next collect().
    std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }

    bool holds(const InboundCondition& condition, const RowScope& scope, const Words& null_tokens);

private:
    std::optional<MappingError> add(
        const ItemValue& value, const InboundRow& row, const std::string* path
    );
    void addText(
        std::string_view text, ItemType type, const InboundRow& row, const std::string* path
    );
    bool holdsOne(
        const ItemValue& value, const InboundCondition::Term& term, const Words& null_tokens
    );

    std::vector<NativeValue> values_;
    std::vector<const ItemValue*> found_;
    std::deque<std::string> made_;
    std::deque<ItemValue> arguments_;  // what is no part of the item
};

}  // namespace yht::kit
