// The far side's character set, as far as lengths and repertoire go: how many bytes a text takes
// there, and which characters it can't say. iconv is asked once for every character when a charset
// is loaded; after that a look-up is an index into a table (a whole ticket costs less than one
// iconv call would). Uses: std, iconv. Used by: profile, mapping.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

/// Decodes one character of well-formed UTF-8 at `at` and moves past it.
inline char32_t nextCodePoint(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) -> char32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) & 0x3FU : 0U;
    };
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return static_cast<unsigned char>(text[at++]);
    if (lead < 0xE0) {
        const char32_t c = ((lead & 0x1FU) << 6) | byte(at + 1);
        at += 2;
        return c;
    }
    if (lead < 0xF0) {
        const char32_t c = ((lead & 0x0FU) << 12) | (byte(at + 1) << 6) | byte(at + 2);
        at += 3;
        return c;
    }
    const char32_t c =
        ((lead & 0x07U) << 18) | (byte(at + 1) << 12) | (byte(at + 2) << 6) | byte(at + 3);
    at += 4;
    return c;
}

/// Immutable. Thread-safety: any thread.
class Charset {
public:
    /// `name` as iconv knows it: GBK, GB18030, GB2312, BIG5, UTF-8 … Charsets with shift states or
    /// with zero bytes inside characters are refused: byte lengths mean nothing there. Errors:
    /// ProfileInvalid.
    static base::Result<std::shared_ptr<const Charset>> load(const std::string& name);

    const std::string& name() const { return name_; }
    /// Bytes that the code point takes; 0 where the charset does not have it.
    std::uint8_t bytesOf(char32_t code_point) const {
        return code_point < bytes_.size() ? bytes_[code_point] : astral_bytes_;
    }
    /// Bytes of a whole text, characters outside the charset counted as 0. Requires: well-formed
    /// UTF-8.
    std::size_t bytesOfText(std::string_view text) const;

private:
    Charset() = default;
    std::string name_;
    std::array<std::uint8_t, 0x10000> bytes_{};
    std::uint8_t astral_bytes_ = 0;  // beyond the BMP: 4 for GB18030 and UTF-8, 0 for GBK
};

/// What fitText did. A view into the input where nothing had to change.
struct FittedText {
    std::string_view text;  // into the input or into `owned`
    std::string_view
        rest;  // what was left over, from a character border of the input; empty where all fitted
    std::uint32_t substituted = 0;
};

struct FitRules {
    const Charset* charset;
    std::size_t bytes_max;  // 0: no bound
    std::string_view
        substitute;  // stands for a character the charset does not have; within the charset
};

/// The longest prefix of `text` that takes at most bytes_max bytes in the charset, characters
/// outside it substituted. CR LF and CR become LF. `owned` receives the text where it differs from
/// the input. Requires: well-formed UTF-8.
FittedText fitText(std::string_view text, const FitRules& rules, std::string& owned);

}  // namespace yht::kit
