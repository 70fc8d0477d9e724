// A file and what is said of it (profile README, section 11): read strictly; the digest is made of the content as it came.
// Uses: stage. Used by: platform.
#pragma once

#include <optional>
#include <string>

#include "tools/province-sim/envelope.h"

namespace yht::province_sim {

inline constexpr std::size_t kFileBytesMax = 5 * 1024 * 1024;

struct FileMessage {
    Envelope envelope;  // without a list
    std::string digest, media_type, name, size, content;
    /// APPID & MSGID & TIMESTAMP & NONCE & FJZY & MTLX & ZJS.
    std::string textToSign() const;
    /// "" in order; else the code: 2002 the type is not taken, 2003 too long, 2004 digest, length or name do not fit.
    std::string fault() const;
};

/// nullopt where the body is not the twelve members in their order, a member breaks its form, or the content is no base64.
std::optional<FileMessage> readFileMessage(const std::string& body);

}  // namespace yht::province_sim
