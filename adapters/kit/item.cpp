#include "adapters/kit/item.h"

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

}  // namespace yht::kit
