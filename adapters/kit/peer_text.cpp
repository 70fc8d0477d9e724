#include "adapters/kit/peer_text.h"

#include "gateway/base/text.h"

namespace yht::kit {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isHarmless(char c) {
    constexpr std::string_view kSigns = "._:/~-+#[]";
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSigns.find(c) != std::string_view::npos;
}

bool continuesCharacter(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

}  // namespace

std::string peerToken(std::string_view text, std::size_t characters_max) {
    std::string token;
    for (const char c : text) {
        if (token.size() >= characters_max) break;
        if (!continuesCharacter(c)) token += isHarmless(c) ? c : '?';
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= token.size(); ++i) {
        if (i < token.size() && isDigit(token[i])) continue;
        if (i - begin > kPeerDigitsMax) token.replace(begin, i - begin, i - begin, '*');
        begin = i + 1;
    }
    return token;
}

std::string peerNumber(std::string_view text) {
    const auto characters = base::countCodePoints(text);
    const bool sound = characters && *characters <= kPeerNumberCharactersMax &&
                       !base::hasControlCharacters(text) &&
                       text.find_first_of("\t\r\n") == std::string_view::npos;
    return sound ? std::string(text) : "";
}

}  // namespace yht::kit
