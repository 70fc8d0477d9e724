// An XML element becomes an item value, from events:
//   names       local names; elements of the same local name are one List, whatever their namespaces
//   attributes  members "@name" (XmlRules::attributes). Those of the XMLSchema-instance namespace are syntax, not data:
//               <id xsi:type="xsd:string">7</id> is the text "7"
//   text only   Text, as written; none at all, or xsi:nil, is Null: an empty element is nobody's number
//   text beside children or attributes   the member "#text", where it is more than white space
// Uses: gateway/xml, item. Used by: decode_xml.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/decoder.h"
#include "adapters/kit/member_list.h"
#include "gateway/xml/stream_parser.h"

namespace yht::kit {

/// Fed with the events of one element, from its start to its end. Then take() it, and it is ready for the next.
class XmlItemBuilder final : public xml::Events {
public:
    XmlItemBuilder(bool attributes, const DecodeLimits& limits)
        : attributes_(attributes), limits_(limits) {}

    bool onStart(const xml::StartElement& element) override;
    bool onText(std::string_view text) override;
    bool onEnd() override;
    bool whole() const { return depth_ == 0; }
    /// Requires: whole(). Errors: ItemTooLarge.
    base::Result<ItemValue> take();

private:
    struct Open {
        std::string name;
        MemberList members;
        std::string text;
        bool has_children = false, nil = false;
    };
    bool count(std::size_t bytes);
    void refuse(base::Error why);

    const bool attributes_;
    const DecodeLimits& limits_;
    std::vector<Open> open_;  // empty once the item is refused
    std::size_t depth_ = 0, bytes_ = 0;
    ItemValue value_;
    std::optional<base::Error> refused_;
};

}  // namespace yht::kit
