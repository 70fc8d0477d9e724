// A small language for decoder tests: decode a message, see its items as text.
//   {"a":"1","b":null}         Text in quotes, other scalars with their type: N'1' number, F'true', S'45000' serial
//   !adapter.item_undecodable  a failed item;  ~dbf.deleted_row  an ignored one
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

inline std::string shown(const ItemValue& value) {
    std::string out;
    switch (value.type()) {
        case ItemType::Null:
            return "null";
        case ItemType::Text:
            return "\"" + value.text() + "\"";
        case ItemType::Number:
            return "N'" + value.text() + "'";
        case ItemType::Flag:
            return "F'" + value.text() + "'";
        case ItemType::Serial:
            return "S'" + value.text() + "'";
        case ItemType::List:
            for (const auto& each : value.items()) out += (out.empty() ? "" : ",") + shown(each);
            return "[" + out + "]";
        case ItemType::Object:
            for (const auto& [name, member] : value.members())
                out += (out.empty() ? "" : ",") + name + ":" + shown(member);
            return "{" + out + "}";
    }
    return "?";
}

/// What one message came to.
struct Decoded {
    std::vector<std::string> items;
    std::vector<DecodedItem> raw;
    std::string error;       // wire code of what decode() returned, "" success
    std::string error_text;  // public English text, and the log's detail
};

inline Decoded decodeWith(const Decoder& decoder, std::string_view message) {
    Decoded out;
    const base::Status status = decoder.decode(message, [&](DecodedItem&& item) {
        EXPECT_EQ(item.index, out.raw.size());
        out.items.push_back(
            item.failure               ? std::string("!") + item.failure->row().wire
            : !item.ignored_by.empty() ? "~" + item.ignored_by
                                       : shown(item.value)
        );
        out.raw.push_back(std::move(item));
        return true;
    });
    if (!status) {
        out.error = status.error().row().wire;
        out.error_text = status.error().public_en + " " + status.error().detail;
    }
    return out;
}

using MakeDecoder = base::Result<std::shared_ptr<const Decoder>> (*)(const DecodeRules&);

inline Decoded decodeBy(MakeDecoder make, const DecodeRules& rules, std::string_view message) {
    const auto decoder = make(rules);
    EXPECT_TRUE(decoder) << decoder.error().detail;
    return decodeWith(**decoder, message);
}

constexpr const char* kUndecodable = "adapter.item_undecodable";
constexpr const char* kTooLarge = "adapter.item_too_large";

}  // namespace yht::kit
