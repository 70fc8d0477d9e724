// Bounds of one XML text, and what breaking them is called. Uses: base. Used by: the rest of the
// room and its users.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/base/error.h"

namespace yht::xml {

inline constexpr std::size_t kTextBytesMax = 9'900'000;

struct Limits {
    std::size_t bytes_max = 32U << 20;  // of the text as given
    std::size_t depth_max = 64;         // nested elements
    std::size_t nodes_max = 500'000;    // elements, attributes, comments, processing instructions
    std::size_t attributes_max = 256;   // of one element, namespace declarations among them
    std::size_t namespaces_max =
        256;  // declared and open at once, of an element and those around it
    std::size_t start_tag_bytes_max = 256U << 10;  // "<" to ">", with every attribute's value
    // Of text between two tags. Not above kTextBytesMax: libxml2 takes no more, and says only that
    // something is not well-formed.
    std::size_t text_bytes_max = kTextBytesMax;
    base::ErrorCode malformed =
        base::ErrorCode::RequestMalformed;  // what the caller calls a text that can't be read
    base::ErrorCode dtd = base::ErrorCode::RequestMalformed;    // … one with a DTD or an entity of one
    base::ErrorCode too_large = base::ErrorCode::BodyTooLarge;  // … one that breaks a bound
    base::ErrorCode too_deep = base::ErrorCode::BodyTooLarge;   // … that of depth
    base::ErrorCode start_tag = base::ErrorCode::BodyTooLarge;  // … one of attributes, namespaces or a tag's bytes
    const char* advice_en = "";  // what to do about one that breaks a bound, said behind which
    const char* advice_zh = "";
};

enum class Encoding : std::uint8_t {
    Declared,  // by byte order mark UTF-8 or UTF-16, by prolog UTF-8 or US-ASCII; anything else is
               // refused
    Utf8,      // the bytes are UTF-8, whatever the prolog says
};

}  // namespace yht::xml
