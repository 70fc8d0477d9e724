#include "gateway/base/bytes.h"

#include <algorithm>
#include <array>

namespace yht::base {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

const std::array<std::int8_t, 256>& base64Values() {
    static const auto table = [] {
        std::array<std::int8_t, 256> values{};
        values.fill(-1);
        for (int i = 0; i < 64; ++i) {
            values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::int8_t>(i);
        }
        return values;
    }();
    return table;
}

void appendInteger(Bytes& out, std::uint64_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFF));
    }
}

}  // namespace

std::string toHex(BytesView bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const unsigned char c : bytes) {
        hex.push_back(kHexDigits[c >> 4]);
        hex.push_back(kHexDigits[c & 15]);
    }
    return hex;
}

std::optional<Bytes> fromHex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hexValue(hex[i]);
        const int low = hexValue(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high << 4 | low));
    }
    return bytes;
}

std::string toBase64(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text.push_back(k <= count ? kBase64Digits[(group >> (18 - 6 * k)) & 63] : '=');
        }
    }
    return text;
}

std::optional<Bytes> fromBase64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < text.size() - padding; ++i) {
        const int value = base64Values()[static_cast<unsigned char>(text[i])];
        if (value < 0) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 == 3) {
            appendInteger(bytes, group, 3);
            group = 0;
        }
    }
    // Left-over bits below the last octet must be zero, or one byte string would have several texts.
    if (padding == 1) {
        if ((group & 3U) != 0) return std::nullopt;
        appendInteger(bytes, group >> 2, 2);
    } else if (padding == 2) {
        if ((group & 15U) != 0) return std::nullopt;
        appendInteger(bytes, group >> 4, 1);
    }
    return bytes;
}

void appendU8(Bytes& out, std::uint8_t value) { appendInteger(out, value, 1); }
void appendU16(Bytes& out, std::uint16_t value) { appendInteger(out, value, 2); }
void appendU32(Bytes& out, std::uint32_t value) { appendInteger(out, value, 4); }
void appendU64(Bytes& out, std::uint64_t value) { appendInteger(out, value, 8); }

std::uint64_t ByteReader::integer(std::size_t width) {
    std::uint64_t value = 0;
    for (const unsigned char c : bytes(width)) value = value << 8 | c;
    return value;
}

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(integer(1)); }
std::uint16_t ByteReader::u16() { return static_cast<std::uint16_t>(integer(2)); }
std::uint32_t ByteReader::u32() { return static_cast<std::uint32_t>(integer(4)); }
std::uint64_t ByteReader::u64() { return integer(8); }

BytesView ByteReader::bytes(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
        ok_ = false;
        return {};
    }
    const BytesView taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

bool equalConstantTime(BytesView a, BytesView b) {
    if (a.size() != b.size()) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

}  // namespace yht::base
