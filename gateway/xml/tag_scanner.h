// Inside the room only: measures start tags before libxml2 sees them. libxml2 compares every
// attribute of an element with every other before it says how many there are: the bound has to be
// asked first. Uses: limits. Used by: guarded_parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/xml/limits.h"

namespace yht::xml {

/// How wide a character of markup is in the bytes given.
enum class ByteForm : std::uint8_t { Utf8, Utf16Little, Utf16Big };

/// Knows of XML only where tags begin and end. What is not well-formed it may read differently from
/// libxml2, which then takes nothing after it either. One thread.
class TagScanner {
public:
    enum class Broken : std::uint8_t { Bytes, Attributes };

    TagScanner(const Limits& limits, ByteForm form)
        : tag_bytes_max_(limits.start_tag_bytes_max),
          attributes_max_(limits.attributes_max),
          form_(form) {}

    /// Reads the next piece, cut anywhere. The answer: how many of its bytes may go on. Less than
    /// all only when a tag is over a bound, then up to where that tag begins; broken() says which.
    std::size_t scan(std::string_view piece);
    std::optional<Broken> broken() const { return broken_; }

private:
    enum class In : std::uint8_t {
        Text,
        Open,  // behind "<"
        Bang,  // behind "<!", not known yet what it begins
        Tag,
        Value,  // in a tag, inside quotes
        Comment,
        Cdata,
        Instruction,
        Declaration,  // of a document type: the parser takes none, and nothing behind it
    };
    std::size_t scanBytes(std::string_view piece);
    /// From `at`, the next byte that may end what is being read; the end of the piece where none
    /// does.
    std::size_t nextMark(std::string_view piece, std::size_t at) const;
    std::size_t scanPairs(std::string_view piece);
    void take(char32_t unit);
    void takeOpen(char32_t unit);
    void takeBang(char32_t unit);
    void takeTag(char32_t unit);
    /// The end of "-->", "]]>" or "?>": as many of `mark` as it takes, then ">".
    void takeUntil(char32_t unit, char32_t mark, std::size_t marks);
    void countTagBytes(std::size_t bytes);

    const std::size_t tag_bytes_max_, attributes_max_;
    const ByteForm form_;
    In in_ = In::Text;
    char32_t quote_ = 0;
    std::size_t tag_bytes_ = 0, attributes_ = 0;
    std::size_t marks_ =
        0;  // in Bang: characters of it read; in Comment, Cdata, Instruction: marks before this
    std::optional<unsigned char> half_;  // of a pair of bytes that a piece's end has cut
    std::optional<Broken> broken_;
};

}  // namespace yht::xml
