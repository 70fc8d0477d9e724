// Bytes in a source's charset become UTF-8, strictly: a byte that the charset does not have is an error with
// its offset, and nothing is ever replaced. iconv does the work; what it is asked for, and where its answer is
// not taken, is decided here, once:
//   GBK, CP936, GB2312, EUC-CN   one decoder: GBK as Windows writes it. What calls itself GB2312 holds GBK as a rule
//       (镕, 堃); and A1A4 is "·" (U+00B7) under every name, where GB2312 alone would make a Japanese dot (U+30FB) of
//       it, and a Uyghur name would no longer equal itself. 0x80 is "€", as CP936 has it. 0xFF, and the areas for
//       characters of one's own (AAA1-AFFE, F8A1-FEFE, A140-A7A0), are undecodable.
//   GB18030   0x80 and 0xFF are undecodable. Characters of one's own (造字) are assigned to U+E000-U+E765 by the
//       standard and are kept: they name somebody, and go back to the same bytes.
//   BIG5      0x80 and 0xFF are undecodable (iconv would make control characters of them), and so is what would
//       land in the private use area: those are characters of BIG5-HKSCS or of one vendor.
//   UTF-8 in a Chinese charset's place: bytes that are UTF-8 throughout, four characters of three bytes or more, are undecodable
//       under GBK, GB18030 and BIG5. Decoded they would be other Chinese characters (占道经营 → 鍗犻亾缁忚惀), without an error.
//   0x5C, 0x7E   "\" and "~" in every charset here; never "¥" or "‾", as Japanese and old Chinese code pages have it.
//   UTF-8     no overlong forms, no surrogates. UTF-16 wants its byte order mark; without one say UTF-16LE or UTF-16BE.
//   NUL, noncharacters (U+FFFF), and a U+FFFD that stands in the source: data like any other; validation judges
//       them by field. None of them makes text grow: a byte becomes at most kUtf8BytesPerByteMax bytes.
//   a byte order mark at the start of a message wins over the charset that is declared: nothing else begins so.
// Uses: base, iconv. Used by: the decoders.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

enum class CharsetFamily : std::uint8_t { Utf8, Utf16, Gbk, Gb18030, Big5, SingleByte };

/// Thread-safety: one thread at a time. Moves.
class CharsetDecoder {
public:
    static constexpr std::size_t kUtf8BytesPerByteMax = 3;

    enum class Outcome : std::uint8_t {
        Whole,        // everything
        Undecodable,  // a byte that the charset does not have, at `consumed`
        Incomplete,   // the character at `consumed` goes on behind the end
    };
    struct Progress {
        Outcome outcome = Outcome::Whole;
        std::size_t consumed = 0;
    };

    /// Case does not matter. Errors: ManifestInvalid for a name that is not in the table of charset_decode.cpp.
    static base::Result<CharsetDecoder> open(std::string_view name);
    ~CharsetDecoder();
    CharsetDecoder(CharsetDecoder&&) noexcept;
    CharsetDecoder& operator=(CharsetDecoder&&) noexcept;

    /// Appends `bytes` in UTF-8, as far as they can be decoded.
    Progress append(std::string_view bytes, std::string& utf8);
    /// Where text of another charset begins that this one would take for its own: nullopt where it is none, or too short to tell.
    std::optional<std::size_t> foreignText(std::string_view bytes) const;
    /// append() where the end is the end: nullopt, or the offset of what can't be decoded, or is foreign.
    std::optional<std::size_t> appendWhole(std::string_view bytes, std::string& utf8);

    /// Bytes of the character at `at`, at least 1; what is not decodable counts as a single byte. For scanners
    /// that look for ASCII: the second byte of "巪" is "|" in GBK. Requires: at < bytes.size().
    std::size_t characterBytes(std::string_view bytes, std::size_t at) const;
    CharsetFamily family() const;
    const std::string& name() const;

private:
    struct State;
    explicit CharsetDecoder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

struct ByteOrderMark {
    const char* charset;  // UTF-8, UTF-16LE, UTF-16BE
    std::size_t bytes;
};
std::optional<ByteOrderMark> byteOrderMarkOf(std::string_view message);

/// A message's decoder and where its text begins.
struct MessageText {
    CharsetDecoder charset;
    std::size_t begin = 0;  // behind the byte order mark
};
/// Errors: ManifestInvalid; ItemUndecodable for UTF-16 without a byte order mark.
base::Result<MessageText> openMessageText(std::string_view message, std::string_view declared);

/// ItemUndecodable: "byte 17 is not GBK".
base::Error undecodableByte(const std::string& charset, std::size_t offset);

}  // namespace yht::kit
