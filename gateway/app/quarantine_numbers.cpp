#include "gateway/app/quarantine_numbers.h"

#include <algorithm>

#include "adapters/kit/inbound/item_number.h"
#include "gateway/app/readapting.h"

namespace yht::app {
namespace {

using ledger::QuarantineRow;
using ItemRows = std::multimap<std::uint64_t, const QuarantineRow*>;  // by index in their message

bool standsThere(const QuarantineRow& row, const kit::AdaptedItem& item) {
    return row.raw_offset == item.raw_offset && row.raw_bytes == item.raw_bytes &&
           item.place.starts_with(row.place);  // kept places are cut
}

void numberItems(
    const kit::Adapter& adapter, const KeptMessage& message, const ItemRows& rows,
    std::map<std::uint64_t, std::string>& numbers
) {
    kit::MessageContext context = message.context;
    context.content_type = rows.begin()->second->content_type;  // messages of before payload version 3 have it here alone
    context.trace = false;
    const std::uint64_t last = rows.rbegin()->first;
    // What can't be read to its end has told the numbers of what came before.
    (void)adapter.adapt(message.body, context, {}, [&](kit::AdaptedItem&& item) {
        const auto [begin, end] = rows.equal_range(item.index);
        for (auto one = begin; one != end; ++one) {
            if (standsThere(*one->second, item)) numbers[one->second->id] = kit::itemNumber(item);
        }
        return item.index < last;
    });
}

}  // namespace

std::map<std::uint64_t, std::string> quarantineNumbers(
    ledger::View& view, const std::string& directory, const std::vector<QuarantineRow>& rows
) {
    std::map<std::uint64_t, std::string> numbers;
    std::map<std::string, std::map<ledger::Seq, ItemRows>> by_source;
    for (const auto& row : rows) {
        const bool is_rest = row.place.empty() && row.raw_bytes == 0;
        if (!is_rest) by_source[row.source][row.message_seq].emplace(row.item_index, &row);
    }
    std::size_t bytes_read = 0;
    for (const auto& [source, messages] : by_source) {
        const auto adapter = kit::Adapter::load(directory + "/sources", directory + "/products", source);
        if (!adapter.ok()) continue;
        for (const auto& [seq, items] : messages) {
            if (bytes_read >= kNumberedBytesMax) return numbers;
            const auto message = keptMessage(view, seq);
            if (!message.ok()) continue;
            bytes_read += message->body.size();
            numberItems(**adapter, *message, items, numbers);
        }
    }
    return numbers;
}

}  // namespace yht::app
