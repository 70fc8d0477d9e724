#include "gateway/base/text.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

namespace yht::base {
namespace {

/// Length of the well-formed sequence at the front of `text`, 0 where there is none.
std::size_t sequenceLength(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
    const unsigned char lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return 0;
    if (lead < 0xE0) return 2;
    if (lead < 0xF0) {
        if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
        return continues(2) ? 3 : 0;
    }
    if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
    return continues(2) && continues(3) ? 4 : 0;
}

static_assert(std::endian::native == std::endian::little);

/// Twice three bytes that are one character each, whichever they are: a lead of E1 to EC, EE or EF, and two that continue it.
bool arePlainTriples(std::uint64_t eight) {
    constexpr std::uint32_t kLeads = 0xFFFFU & ~(1U << 0x0U) & ~(1U << 0xDU);  // by their lower half: E0 and ED have rules of their own
    const auto leads = [eight](int shift) { return kLeads >> (eight >> shift & 0xFU); };
    return (eight & 0xC0C0F0C0C0F0U) == 0x8080E08080E0U && (leads(0) & leads(24) & 1U) != 0;
}

}  // namespace

std::optional<std::size_t> countCodePoints(std::string_view text) {
    std::size_t count = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    // Nearly every text is ASCII or Chinese characters of three bytes: those two are read here, the rest in full.
    while (at != end) {
        if (end - at >= 8) {
            std::uint64_t eight;
            std::memcpy(&eight, at, sizeof eight);
            const bool ascii = (eight & 0x8080808080808080U) == 0;
            if (ascii || arePlainTriples(eight)) {
                at += ascii ? 8 : 6;
                count += ascii ? 8 : 2;
                continue;
            }
        }
        if (static_cast<unsigned char>(*at) < 0x80) {
            ++at;
        } else {
            const std::size_t length = sequenceLength({at, static_cast<std::size_t>(end - at)});
            if (length == 0) return std::nullopt;
            at += length;
        }
        ++count;
    }
    return count;
}

std::string_view prefixByCodePoints(std::string_view text, std::size_t code_points_max) {
    std::size_t end = 0;
    for (std::size_t count = 0; count < code_points_max && end < text.size(); ++count) {
        end += std::max<std::size_t>(1, sequenceLength(text.substr(end)));
    }
    return text.substr(0, end);
}

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x8080808080808080U;

/// A high bit where a byte of `word` is `byte`; never nothing where one is.
constexpr std::uint64_t bytesEqual(std::uint64_t word, unsigned char byte) {
    const std::uint64_t zero_where = word ^ (kOnes * byte);
    return (zero_where - kOnes) & ~zero_where & kHighs;
}

/// Eight bytes at once: false says that none of them is a control character or begins one.
bool mayHoldControls(const char* eight) {
    std::uint64_t word;
    std::memcpy(&word, eight, sizeof word);
    const std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
    return (below_space | bytesEqual(word, 0x7F) | bytesEqual(word, 0xC2)) != 0;
}

}  // namespace

bool hasControlCharacters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        while (text.size() - i >= 8 && !mayHoldControls(text.data() + i)) i += 8;
        if (i == text.size()) break;
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return true;
        // C1 controls are C2 80 .. C2 9F in UTF-8.
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            return true;
        }
    }
    return false;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace yht::base
