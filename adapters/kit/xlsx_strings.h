// The shared strings of a workbook: read once, in order, then asked for by number. Beyond kMemoryBytesMax they are in
// temporary files; a small cache keeps what a column says again and again.
// Uses: spill_buffer, gateway/xml. Used by: decode_xlsx.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/spill_buffer.h"
#include "gateway/xml/stream_parser.h"

namespace yht::kit {

/// "_x000D_" becomes the character that it stands for; surrogates stay as they are (ECMA-376 22.9.2.19).
std::string unescapedXlsxText(std::string text);

/// The events of sharedStrings.xml go in; phonetic readings are left out. One thread.
class XlsxStrings final : public xml::Events {
public:
    static constexpr std::size_t kMemoryBytesMax = 8U << 20;  // of the text, and again of the index
    static constexpr std::size_t kCacheEntries = 2'048;
    static constexpr std::size_t kCachedBytesMax = 256;  // of one string

    explicit XlsxStrings(std::size_t string_bytes_max);

    bool onStart(const xml::StartElement& element) override;
    bool onText(std::string_view text) override;
    bool onEnd() override;
    /// What stopped the reading: a string too long, a disk that is full.
    const base::Status& status() const { return status_; }

    std::uint64_t count() const { return index_.size() / sizeof(std::uint64_t); }
    bool spilled() const { return text_.spilled(); }
    /// Errors: ItemUndecodable (no such string), IoFailed.
    base::Result<std::string> at(std::uint64_t number);

private:
    base::Status keep();
    struct Cached {
        std::uint64_t number = ~0ULL;
        std::string text;
    };
    const std::size_t string_bytes_max_;
    SpillBuffer text_, index_;  // index: the end of each string in text_
    std::string current_;
    std::size_t depth_ = 0, text_depth_ = 0, phonetic_depth_ = 0;  // 0: not inside
    std::vector<Cached> cache_;
    base::Status status_;
};

}  // namespace yht::kit
