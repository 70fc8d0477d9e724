// An item (条目): one thing that a source said, decoded and not yet mapped. JSON, XML, CSV,
// spreadsheets and databases all become this tree. Scalars keep the text that the source wrote: an
// 18-digit number, a leading zero and "007" survive. What a scalar was at its source is kept beside
// it, because a date cell and the text "45000" mean different things. Uses: std. Used by: decoder,
// inbound mapping, adapter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yht::kit {

/// What a scalar was at its source.
enum class ItemType : std::uint8_t {
    Null,  // JSON null, a database NULL, an empty cell
    Text,
    Number,  // text as written: "1e3", "007", "430200201904180001"
    Flag,    // "true" or "false"
    Serial,  // a date cell of a spreadsheet: days since 1899-12-30 in the 1900 system, a decimal
             // fraction of a day; the decoder has brought the 1904 system to it
    List,
    Object,
};

/// A value: copy, move. Members keep the source's order; names are unique (the decoder sees to it).
class ItemValue {
public:
    using Member = std::pair<std::string, ItemValue>;

    ItemValue() = default;  // Null
    static ItemValue scalar(ItemType type, std::string text);
    static ItemValue list(std::vector<ItemValue> items);
    static ItemValue object(std::vector<Member> members);

    ItemType type() const { return type_; }
    bool isScalar() const { return type_ < ItemType::List; }
    const std::string& text() const { return text_; }                // "" where no scalar
    const std::vector<ItemValue>& items() const { return items_; }   // empty where no list
    const std::vector<Member>& members() const { return members_; }  // empty where no object
    /// nullptr where this is no object or has no such member.
    const ItemValue* find(std::string_view name) const;
    ItemValue* find(std::string_view name);
    /// nullptr where this is no list or has no such entry.
    ItemValue* entry(std::size_t index);
    /// Replaces the member, or appends it. Requires: an object.
    void setMember(std::string name, ItemValue value);
    bool operator==(const ItemValue&) const = default;

private:
    ItemType type_ = ItemType::Null;
    std::string text_;
    std::vector<ItemValue> items_;
    std::vector<Member> members_;
};

/// The same text for equal values, whatever order their members have; different texts for different values.
std::string canonicalForm(const ItemValue& value);

}  // namespace yht::kit
