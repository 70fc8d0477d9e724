#include "adapters/kit/item.h"

#include <algorithm>

#include "gateway/base/assert.h"

namespace yht::kit {

ItemValue ItemValue::scalar(ItemType type, std::string text) {
    YHT_ASSERT(type < ItemType::List);
    ItemValue value;
    value.type_ = type;
    value.text_ = std::move(text);
    return value;
}

ItemValue ItemValue::list(std::vector<ItemValue> items) {
    ItemValue value;
    value.type_ = ItemType::List;
    value.items_ = std::move(items);
    return value;
}

ItemValue ItemValue::object(std::vector<Member> members) {
    ItemValue value;
    value.type_ = ItemType::Object;
    value.members_ = std::move(members);
    return value;
}

const ItemValue* ItemValue::find(std::string_view name) const {
    // Asked for every row of every item: length and last byte tell nearly all names apart.
    const char last = name.empty() ? '\0' : name.back();
    for (const auto& [own, value] : members_) {
        if (own.size() == name.size() && (own.empty() || own.back() == last) && own == name)
            return &value;
    }
    return nullptr;
}

ItemValue* ItemValue::find(std::string_view name) {
    return const_cast<ItemValue*>(std::as_const(*this).find(name));
}

ItemValue* ItemValue::entry(std::size_t index) {
    return index < items_.size() ? &items_[index] : nullptr;
}

void ItemValue::setMember(std::string name, ItemValue value) {
    YHT_ASSERT(type_ == ItemType::Object);
    if (ItemValue* own = find(name)) {
        *own = std::move(value);
    } else {
        members_.emplace_back(std::move(name), std::move(value));
    }
}

namespace {

void appendText(std::string& out, const std::string& text) {
    out += std::to_string(text.size()) + ':' + text;
}

// As deep as the decoder's bound on depth lets a value be.
void appendForm(std::string& out, const ItemValue& value) {
    out += static_cast<char>('0' + static_cast<int>(value.type()));
    if (value.isScalar()) return appendText(out, value.text());
    out += std::to_string(value.items().size() + value.members().size()) + '(';
    for (const ItemValue& each : value.items()) appendForm(out, each);
    std::vector<const ItemValue::Member*> members;
    for (const auto& member : value.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* one, const auto* other) {
        return one->first < other->first;
    });
    for (const auto* member : members) {
        appendText(out, member->first);
        appendForm(out, member->second);
    }
    out += ')';
}

}  // namespace

std::string canonicalForm(const ItemValue& value) {
    std::string out;
    appendForm(out, value);
    return out;
}

}  // namespace yht::kit
