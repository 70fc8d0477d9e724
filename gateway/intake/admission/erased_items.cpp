#include "gateway/intake/admission/erased_items.h"

#include "gateway/intake/admission/decide.h"

namespace yht::intake {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The position behind a string's closing quote; `at` is that of the opening one.
std::size_t behindString(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
    }
    return at + 1;
}

void blankElements(MessagePayload& payload, const std::vector<Blank>& slices, const std::vector<std::size_t>& erased) {
    for (const std::size_t i : erased) {
        blankOut(payload.body, slices.at(i));
        payload.blanks.push_back(slices[i]);
    }
}

}  // namespace

std::vector<Blank> elementSlices(std::string_view array) {
    std::vector<Blank> slices;
    std::size_t depth = 0, begin = 0, end = 0;  // of the element under way; equal: none is
    for (std::size_t at = 0; at < array.size();) {
        const char c = array[at];
        const bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';
        if (closes) --depth;
        const bool ends_element = depth == 0 ? closes : depth == 1 && c == ',';
        const std::size_t next = c == '"' ? behindString(array, at) : at + 1;
        if (ends_element) {
            if (end > begin) slices.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
            begin = end = next;
        } else if (depth >= 1 && !isSpace(c)) {
            if (end == begin) begin = at;
            end = next;
        }
        if (opens && ++depth == 1) begin = end = next;
        at = next;
    }
    return slices;
}

std::optional<PreparedMessage> withoutErased(ledger::View& view, const PreparedMessage& message) {
    if (!message.array || message.items.size() < 2 || !view.anyErased()) return std::nullopt;
    std::vector<std::size_t> erased;
    for (std::size_t i = 0; i < message.items.size(); ++i) {
        if (leadsToErased(view, message, message.items[i])) erased.push_back(i);
    }
    if (erased.empty()) return std::nullopt;
    auto payload = decodeMessagePayload(message.payload);
    YHT_ASSERT(payload.ok());  // prepare made it
    if (payload->body.starts_with('<')) {  // SOAP: its items are no slices that could be blanked
        payload->blanks = {{0, static_cast<std::uint32_t>(payload->body.size())}};
        payload->body.clear();
    } else {
        blankElements(*payload, elementSlices(payload->body), erased);
    }
    PreparedMessage kept = message;
    kept.payload = encodeMessagePayload(*payload);
    return kept;
}

}  // namespace yht::intake
