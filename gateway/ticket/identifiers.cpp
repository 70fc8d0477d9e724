// Check characters of published number schemes (GB 11643, GB 32100). Declared in validate.h.
#include <array>

#include "gateway/base/time_text.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {

bool isResidentId(std::string_view text) {
    static constexpr std::string_view kChecks = "10X98765432";  // by sum mod 11
    if (text.size() != 18) return false;
    const auto civil = base::parseCivil(text.substr(6, 8), "%Y%m%d");
    if (!civil || civil->year < 1850 || !base::fromCivil(*civil, 0)) return false;
    unsigned sum = 0;
    unsigned weight = 1;  // 2^i mod 11 from the right, the check character being i = 0
    for (std::size_t i = 17; i-- > 0;) {
        if (text[i] < '0' || text[i] > '9') return false;
        weight = weight * 2 % 11;
        sum += static_cast<unsigned>(text[i] - '0') * weight;
    }
    const char check = text[17] == 'x' ? 'X' : text[17];
    return check == kChecks[sum % 11];
}

bool isCreditCode(std::string_view text) {
    static constexpr std::string_view kAlphabet =
        "0123456789ABCDEFGHJKLMNPQRTUWXY";  // no I O S V Z
    static_assert(kAlphabet.size() == 31);
    if (text.size() != 18) return false;
    std::size_t sum = 0;
    std::size_t weight = 1;  // 3^i mod 31
    for (std::size_t i = 0; i < 17; ++i) {
        const auto value = kAlphabet.find(text[i]);
        if (value == std::string_view::npos) return false;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    return text[17] == kAlphabet[(31 - sum % 31) % 31];
}

}  // namespace yht::ticket
