// The stream from which RapidJSON reads a message's items: texts are unescaped where they stand, as with its own in-situ
// stream, but runs without escapes are passed over many bytes at a time, and the text ends where it ends, not at the first
// NUL. Uses: json. Used by: decode_json, json_item.
#pragma once

#include <cstring>
#include <string>

#include "gateway/json/json.h"  // first of RapidJSON's headers: it says how the library is set up
#include "gateway/json/plain_run.h"

#include <rapidjson/reader.h>

namespace yht::kit {

/// Names and meanings are RapidJSON's.
class JsonStream {
public:
    using Ch = char;
    /// `text` is written over. It must outlive the stream.
    explicit JsonStream(std::string& text) : source_(text.data()), head_(text.data()), end_(text.data() + text.size()) {}

    char Peek() const { return *source_; }
    char Take() { return *source_++; }
    std::size_t Tell() const { return static_cast<std::size_t>(source_ - head_); }
    char* PutBegin() { return target_ = source_; }
    void Put(char c) { *target_++ = c; }
    std::size_t PutEnd(char* begin) const { return static_cast<std::size_t>(target_ - begin); }
    void Flush() {}

    /// Nothing is left.
    bool atEnd() const { return source_ == end_; }
    /// What needs no unescaping goes to where the text is put together.
    void takePlainRun() {
        const std::size_t bytes = json::plainRun(source_, end_);
        if (target_ != source_) std::memmove(target_, source_, bytes);
        source_ += bytes;
        target_ += bytes;
    }

private:
    char *source_, *target_ = nullptr, *head_, *end_;
};

}  // namespace yht::kit

namespace rapidjson {

template <>
struct StreamTraits<yht::kit::JsonStream> {
    enum { copyOptimization = 1 };
};

/// The place that the library leaves for this, and fills for its own streams where it is built with SIMD.
template <>
template <>
inline void GenericReader<UTF8<>, UTF8<>, CrtAllocator>::ScanCopyUnescapedString(
    yht::kit::JsonStream& from, yht::kit::JsonStream&
) {
    from.takePlainRun();
}

}  // namespace rapidjson
