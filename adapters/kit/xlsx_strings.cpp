#include "adapters/kit/xlsx_strings.h"

#include <array>
#include <cstring>

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

constexpr std::size_t kEscapeBytes = 7;  // _xHHHH_
constexpr std::size_t kItemDepth = 2;    // sst / si

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// The code point of an escape at `at`, or -1.
int escapeAt(std::string_view text, std::size_t at) {
    if (text.size() - at < kEscapeBytes || text[at] != '_' || text[at + 1] != 'x' ||
        text[at + 6] != '_') {
        return -1;
    }
    int code = 0;
    for (std::size_t i = 2; i < 6; ++i) {
        const int digit = hexDigit(text[at + i]);
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code >= 0xD800 && code <= 0xDFFF ? -1 : code;
}

void appendUtf8(std::string& out, int code) {
    const auto put = [&](int byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

}  // namespace

std::string unescapedXlsxText(std::string text) {
    if (text.find("_x") == std::string::npos) return text;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const int code = escapeAt(text, at);
        if (code < 0) {
            out.push_back(text[at++]);
        } else {
            appendUtf8(out, code);
            at += kEscapeBytes;
        }
    }
    return out;
}

XlsxStrings::XlsxStrings(std::size_t string_bytes_max)
    : string_bytes_max_(string_bytes_max),
      text_(kMemoryBytesMax),
      index_(kMemoryBytesMax),
      cache_(kCacheEntries) {}

bool XlsxStrings::onStart(const xml::StartElement& element) {
    ++depth_;
    if (element.local_name == "rPh" && phonetic_depth_ == 0) phonetic_depth_ = depth_;
    if (element.local_name == "t" && phonetic_depth_ == 0) text_depth_ = depth_;
    return true;
}

bool XlsxStrings::onText(std::string_view text) {
    if (text_depth_ == 0) return true;
    if (current_.size() + text.size() > string_bytes_max_) {
        status_ = ItemOutput::tooLarge("bytes of a shared string", string_bytes_max_);
        return false;
    }
    current_.append(text);
    return true;
}

bool XlsxStrings::onEnd() {
    if (text_depth_ == depth_) text_depth_ = 0;
    if (phonetic_depth_ == depth_) phonetic_depth_ = 0;
    if (depth_-- != kItemDepth) return true;
    status_ = keep();
    return status_.ok();
}

base::Status XlsxStrings::keep() {
    if (auto kept = text_.append(unescapedXlsxText(std::move(current_))); !kept) return kept;
    current_.clear();
    const std::uint64_t end = text_.size();
    std::array<char, sizeof end> bytes;
    std::memcpy(bytes.data(), &end, sizeof end);
    return index_.append({bytes.data(), bytes.size()});
}

base::Result<std::string> XlsxStrings::at(std::uint64_t number) {
    if (number >= count()) {
        return base::makePublicError(
            base::ErrorCode::ItemUndecodable, "A cell names a shared string that is not there.",
            "单元格引用的共享字符串不存在。"
        );
    }
    Cached& cached = cache_[number % kCacheEntries];
    if (cached.number == number) return cached.text;
    std::array<std::uint64_t, 2> ends{};  // of the string before, and of this one
    const std::size_t first = number == 0 ? 1 : 0;
    const std::uint64_t from = (number + first - 1) * sizeof(std::uint64_t);
    auto read = index_.read(
        from, (2 - first) * sizeof(std::uint64_t), reinterpret_cast<char*>(&ends[first])
    );
    if (!read) return std::move(read).error();
    std::string text(ends[1] - ends[0], '\0');
    if (auto got = text_.read(ends[0], text.size(), text.data()); !got)
        return std::move(got).error();
    if (text.size() <= kCachedBytesMax) cached = {number, text};
    return text;
}

}  // namespace yht::kit
