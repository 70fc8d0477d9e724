// What an attachment is, by its own bytes: the declared type is only compared.
// The table stands in media_type.cpp; a type that is not in it is refused, and the refusal names what
// was found. Text has no magic number: it is whatever is valid UTF-8 or GB18030 to its last octet and
// holds no control characters but tab, line feed, form feed and carriage return.
// Uses: base. Used by: store.
#pragma once

#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::attachments {

inline constexpr std::size_t kMagicBytesMax = 64;  // of the beginning, which decides

/// Octets of one encoding, judged as they come.
class TextJudge {
public:
    void take(unsigned char octet);
    bool utf8() const { return utf8_ && utf8_left_ == 0; }
    bool gb18030() const { return gb18030_ && gb_place_ == 0; }
    /// It can still become text.
    bool possible() const { return clean_ && (utf8_ || gb18030_); }
    bool isText() const { return clean_ && (utf8() || gb18030()); }

private:
    void takeUtf8(unsigned char octet);
    void takeGb18030(unsigned char octet);
    bool clean_ = true, utf8_ = true, gb18030_ = true;
    int utf8_left_ = 0;
    unsigned char utf8_low_ = 0x80, utf8_high_ = 0xBF;  // of the next octet
    int gb_place_ = 0;                                  // octets of the character so far
};

/// Fed with the content in order.
class TypeDetector {
public:
    /// Refuses as soon as the content can be of no type that is taken. Errors: AttachmentType.
    base::Status take(base::BytesView content);
    /// The media type to keep: the declared one where it is a name for what was found, what was found
    /// where "application/octet-stream" was declared. Errors: AttachmentType, AttachmentTypeDiffers.
    base::Result<std::string> finish(std::string_view declared);

private:
    base::Bytes beginning_;
    TextJudge text_;
    bool known_ = false;  // by its magic number
};

/// Markdown rows of the table, for the partners' page and its test.
std::string mediaTypeTable();

}  // namespace yht::attachments
