#include "adapters/kit/xml_cells.h"

#include "adapters/kit/decode_output.h"
#include "adapters/kit/member_list.h"
#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

constexpr std::string_view kTextMember = "#text";

/// What the cell holds beside its name.
ItemValue contentOf(const ItemValue& cell, const std::string& attribute) {
    std::vector<ItemValue::Member> rest;
    for (const auto& member : cell.members()) {
        if (member.first != attribute) rest.push_back(member);
    }
    if (rest.empty()) return {};
    if (rest.size() == 1 && rest.front().first == kTextMember) return std::move(rest.front().second);
    return ItemValue::object(std::move(rest));
}

std::string nameOf(const ItemValue& cell, const std::string& attribute) {
    const ItemValue* name = cell.find(attribute);
    return name == nullptr ? std::string() : std::string(trimmed(name->text()));
}

}  // namespace

base::Result<XmlCells> XmlCells::parse(const std::string& cells) {
    XmlCells made;
    if (cells.empty()) return made;
    const std::size_t slash = cells.find("/@");
    const bool both = slash != std::string::npos && slash > 0 && slash + 2 < cells.size();
    if (!both || cells.find_first_of("/@", slash + 2) != std::string::npos || cells.find('/') != slash) {
        return base::makeError(base::ErrorCode::ManifestInvalid, "cells: ELEMENT/@ATTRIBUTE, like cell/@name");
    }
    made.element_ = cells.substr(0, slash);
    made.attribute_ = cells.substr(slash + 1);
    return made;
}

base::Status XmlCells::apply(ItemValue& item, std::size_t members_max) const {
    const ItemValue* cells = element_.empty() ? nullptr : item.find(element_);
    if (cells == nullptr) return {};
    MemberList members;
    for (const auto& [name, value] : item.members()) {
        if (&value != cells) members.add(name, value);
    }
    const auto add = [&](const ItemValue& cell) {
        const std::string name = nameOf(cell, attribute_);
        if (name.empty()) members.add(element_, cell);
        else members.add("@" + name, contentOf(cell, attribute_));
        return members.size() <= members_max;
    };
    if (cells->type() != ItemType::List) {
        add(*cells);
    } else {
        for (const ItemValue& cell : cells->items()) {
            if (!add(cell)) return ItemOutput::tooLarge("columns", members_max);
        }
    }
    item = members.take();
    return {};
}

}  // namespace yht::kit
