#include "adapters/kit/xml_item.h"

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

void XmlItemBuilder::refuse(base::Error why) {
    if (!refused_) refused_ = std::move(why);
    open_.clear();
}

bool XmlItemBuilder::count(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > limits_.item_bytes_max)
        refuse(ItemOutput::tooLarge("bytes", limits_.item_bytes_max));
    return !refused_;
}

bool XmlItemBuilder::onStart(const xml::StartElement& element) {
    ++depth_;
    if (!count(element.local_name.size())) return true;
    if (depth_ > limits_.depth_max) {
        refuse(ItemOutput::tooLarge("nested values", limits_.depth_max));
        return true;
    }
    Open open;
    open.name = std::string(element.local_name);
    for (const xml::Attribute& each : element.attributes) {
        if (each.namespace_uri == kSchemaInstance) {
            const bool yes = each.value == "true" || each.value == "1";
            open.nil = open.nil || (each.local_name == "nil" && yes);
            continue;
        }
        if (!attributes_) continue;
        if (!count(each.local_name.size() + each.value.size())) return true;
        open.members.add(
            "@" + std::string(each.local_name),
            ItemValue::scalar(ItemType::Text, std::string(each.value))
        );
    }
    if (!open_.empty()) open_.back().has_children = true;
    open_.push_back(std::move(open));
    return true;
}

bool XmlItemBuilder::onText(std::string_view text) {
    if (!refused_ && count(text.size())) open_.back().text.append(text);
    return true;
}

bool XmlItemBuilder::onEnd() {
    --depth_;
    if (refused_) return true;
    Open open = std::move(open_.back());
    open_.pop_back();
    ItemValue value;
    if (open.members.size() == 0) {
        if (!open.text.empty() && !open.nil)
            value = ItemValue::scalar(ItemType::Text, std::move(open.text));
    } else {
        const bool says = open.has_children ? !isBlank(open.text) : !open.text.empty();
        if (says)
            open.members.add("#text", ItemValue::scalar(ItemType::Text, std::move(open.text)));
        if (open.members.size() > limits_.members_max) {
            refuse(ItemOutput::tooLarge("members", limits_.members_max));
            return true;
        }
        value = open.members.take();
    }
    if (open_.empty()) {
        value_ = std::move(value);
    } else {
        open_.back().members.add(open.name, std::move(value));
    }
    return true;
}

base::Result<ItemValue> XmlItemBuilder::take() {
    bytes_ = 0;
    if (refused_) {
        base::Error why = *std::move(refused_);
        refused_.reset();
        return why;
    }
    return std::move(value_);
}

}  // namespace yht::kit
