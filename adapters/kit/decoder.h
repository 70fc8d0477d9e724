// A decoder (解码器): the bytes of one message, file or answer become items. One class a format, chosen and set
// up by a source's manifest; every bound has a name here. A decoder is handed whatever a stranger sends.
//   charset    strict: a byte that its declared charset does not have fails the item that holds it, with its
//              offset; nothing is ever replaced by U+FFFD
//   one item   a bad row fails alone (DecodedItem::failure); what makes the rest unreadable (a torn file, wrong
//              quoting to the end) ends the message with the Error that decode() returns, after every item before it
//   streaming  items are handed over one by one; memory does not grow with the number of items
// Uses: base, item. Used by: adapter.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Bounds of one message. A manifest may lower them, never raise them.
struct DecodeLimits {
    std::size_t message_bytes_max = 256U << 20;   // as received
    std::size_t expanded_bytes_max = 2048U << 20; // of a compressed format, all parts together
    std::size_t item_bytes_max = 4U << 20;        // text of one item, decoded
    std::size_t items_max = 2'000'000;
    std::size_t depth_max = 32;                   // of nested values
    std::size_t members_max = 1'000;              // of one object; columns of a table
};

struct DecodedItem {
    std::uint64_t index = 0;   // 0-based, in the order of the message
    std::string place;         // for people: "line 17", "/data/3", "sheet 2 row 9"; never content
    ItemValue value;           // Null where failure is set
    std::optional<base::Error> failure;  // ItemUndecodable, ItemTooLarge
    std::string ignored_by;    // the decoder's own rule that makes this no item, "dbf.deleted_row"; value is Null then
    std::uint64_t raw_offset = 0, raw_bytes = 0;  // its slice of the message; 0, 0 where it is no slice
};

/// False: enough, stop.
using ItemSink = std::function<bool(DecodedItem&&)>;

/// Immutable. Thread-safety: any thread.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Hands every item to `sink`, in order. Errors: ItemUndecodable where the message, or what is left of it,
    /// can't be read; ItemTooLarge where it breaks a bound that concerns the whole. Items handed over before stand.
    virtual base::Status decode(std::string_view message, const ItemSink& sink) const = 0;
};

}  // namespace yht::kit
