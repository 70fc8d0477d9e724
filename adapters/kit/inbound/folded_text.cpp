#include "adapters/kit/inbound/folded_text.h"

#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";
constexpr unsigned kFirstForm = 0xFF01, kLastForm = 0xFF5E;
constexpr unsigned kFormsBeyondAscii = kFirstForm - '!';

/// The ASCII character whose full-width form begins the text; 0 where none does.
char narrowForm(std::string_view text) {
    if (text.starts_with(kIdeographicSpace)) return ' ';
    if (text.size() < kIdeographicSpace.size() || text[0] != '\xEF') return 0;
    const auto low = [&](std::size_t i) { return static_cast<unsigned char>(text[i]) & 0x3FU; };
    const unsigned form = 0xF000U | low(1) << 6U | low(2);
    return form < kFirstForm || form > kLastForm ? 0 : static_cast<char>(form - kFormsBeyondAscii);
}

}  // namespace

std::string foldedText(std::string_view text) {
    text = trimmed(text);
    std::string folded;
    folded.reserve(text.size());
    while (!text.empty()) {
        const char half = narrowForm(text);
        folded.push_back(half == 0 ? text.front() : half);
        text.remove_prefix(half == 0 ? 1 : kIdeographicSpace.size());
    }
    return folded;
}

}  // namespace yht::kit
