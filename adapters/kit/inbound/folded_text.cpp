#include "adapters/kit/inbound/folded_text.h"

#include "adapters/kit/charset.h"
#include "adapters/kit/table.h"

namespace yht::kit {

std::string halfWidth(std::string_view text) {
    std::string narrow;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = nextCodePoint(text, at);
        if (c >= 0xFF01 && c <= 0xFF5E)
            narrow.push_back(static_cast<char>(c - 0xFEE0));
        else if (c == 0x3000 || c == 0xA0)
            narrow.push_back(' ');
        else
            narrow += text.substr(from, at - from);
    }
    return narrow;
}

std::string foldedText(std::string_view text) { return halfWidth(trimmed(text)); }

}  // namespace yht::kit
