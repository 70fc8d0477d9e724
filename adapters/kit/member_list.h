// Members as they come in, of which several may have the same name: the second makes a List of it.
// Uses: item. Used by: decode_form, decode_multipart, xml_item.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/kit/item.h"

namespace yht::kit {

/// Finding a name takes the same time however many there are: a stranger chooses the names.
class MemberList {
public:
    void add(const std::string& name, ItemValue value) {
        const auto [found, fresh] = places_.try_emplace(name, values_.size());
        if (fresh) values_.emplace_back(name, std::vector<ItemValue>());
        values_[found->second].second.push_back(std::move(value));
    }
    std::size_t size() const { return values_.size(); }
    ItemValue take() {
        std::vector<ItemValue::Member> members;
        members.reserve(values_.size());
        for (auto& [name, values] : values_) {
            members.emplace_back(
                std::move(name),
                values.size() == 1 ? std::move(values.front()) : ItemValue::list(std::move(values))
            );
        }
        values_.clear();
        places_.clear();
        return ItemValue::object(std::move(members));
    }

private:
    std::vector<std::pair<std::string, std::vector<ItemValue>>> values_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace yht::kit
