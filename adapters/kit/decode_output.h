// What every decoder does with its items: numbers them, and stops at the sink's word or at the bound on their
// number. Uses: decoder. Used by: decode_*.cpp.
#pragma once

#include <string>
#include <utility>

#include "adapters/kit/decoder.h"

namespace yht::kit {

/// The items of one decode() call. One thread.
class ItemOutput {
public:
    ItemOutput(const DecodeLimits& limits, const ItemSink& sink) : limits_(limits), sink_(sink) {}

    /// False: stop, finish() says why.
    bool give(DecodedItem&& item) {
        if (next_ >= limits_.items_max) {
            status_ = tooLarge("items", limits_.items_max);
            return false;
        }
        item.index = next_++;
        return sink_(std::move(item));
    }
    bool giveFailure(DecodedItem&& item, base::Error why) {
        item.value = ItemValue();
        item.failure = std::move(why);
        return give(std::move(item));
    }
    /// An item that a decoder's own rule ignores; see DecodedItem::ignored_by.
    bool giveIgnored(DecodedItem&& item, std::string rule) {
        item.ignored_by = std::move(rule);
        return give(std::move(item));
    }
    std::uint64_t count() const { return next_; }
    /// Success, or the bound that give() met.
    base::Status finish() const { return status_; }

    /// ItemTooLarge: "more than 1000 columns".
    static base::Error tooLarge(const std::string& what, std::size_t max) {
        const std::string bound = std::to_string(max);
        return base::makePublicError(
            base::ErrorCode::ItemTooLarge, "More than " + bound + " " + what + ".",
            "超过上限 " + bound + "(" + what + ")。"
        );
    }

private:
    const DecodeLimits& limits_;
    const ItemSink& sink_;
    std::uint64_t next_ = 0;
    base::Status status_;
};

}  // namespace yht::kit
