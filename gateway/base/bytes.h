// Byte strings, and the text forms they travel in.
// A Bytes is a std::string used as a container of octets: the libraries we pass it to want one.
// Uses: std. Used by: everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yht::base {

using Bytes = std::string;
using BytesView = std::string_view;

/// Lower-case hexadecimal (RFC 4648 section 8, but in lower case).
std::string toHex(BytesView bytes);
/// Accepts both cases. nullopt on odd length or any other character.
std::optional<Bytes> fromHex(std::string_view hex);

/// RFC 4648 section 4, padded.
std::string toBase64(BytesView bytes);
/// Strict RFC 4648 section 4: padding required, no white space, trailing bits zero; nullopt otherwise.
std::optional<Bytes> fromBase64(std::string_view text);

/// Big-endian fixed-width integers, as every byte format of ours uses.
void appendU8(Bytes& out, std::uint8_t value);
void appendU16(Bytes& out, std::uint16_t value);
void appendU32(Bytes& out, std::uint32_t value);
void appendU64(Bytes& out, std::uint64_t value);

/// Reads a byte format front to back. After a failed read every later read fails too, so that a parser
/// may check once, at its end.
class ByteReader {
public:
    explicit ByteReader(BytesView bytes) : rest_(bytes) {}
    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    /// Exactly `count` bytes; a view into the input.
    BytesView bytes(std::size_t count);
    bool ok() const { return ok_; }
    /// True when everything was read and nothing failed.
    bool finished() const { return ok_ && rest_.empty(); }

private:
    std::uint64_t integer(std::size_t width);
    BytesView rest_;
    bool ok_ = true;
};

/// Equal in content, in a time that depends on the lengths only.
bool equalConstantTime(BytesView a, BytesView b);

}  // namespace yht::base
