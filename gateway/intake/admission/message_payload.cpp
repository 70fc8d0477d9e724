#include "gateway/intake/admission/message_payload.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace yht::intake {
namespace {

void appendPart(base::Bytes& out, base::BytesView part) {
    YHT_ASSERT(part.size() <= std::numeric_limits<std::uint32_t>::max());
    base::appendU32(out, static_cast<std::uint32_t>(part.size()));
    out.append(part);
}

std::string readPart(base::ByteReader& reader) {
    const std::uint32_t length = reader.u32();
    return std::string(reader.bytes(length));
}

bool closes(char open, char close) {
    return (open == '{' && close == '}') || (open == '[' && close == ']');
}

base::Bytes encodeBlanks(const std::vector<Blank>& blanks) {
    base::Bytes out;
    for (const Blank& blank : blanks) {
        base::appendU32(out, blank.offset);
        base::appendU32(out, blank.bytes);
    }
    return out;
}

bool readBlanks(base::BytesView part, MessagePayload& message) {
    base::ByteReader reader(part);
    std::uint64_t end = 0;
    while (reader.ok() && !reader.finished()) {
        const std::uint32_t offset = reader.u32();
        const std::uint32_t bytes = reader.u32();
        if (bytes == 0 || offset < end) return false;
        end = std::uint64_t{offset} + bytes;
        message.blanks.push_back({offset, bytes});
    }
    if (message.blanks.empty()) return reader.ok();
    const bool whole = message.body.empty() && message.blanks.size() == 1 && message.blanks[0].offset == 0;
    return reader.ok() && (whole || end <= message.body.size());
}

std::uint8_t versionOf(const MessagePayload& message) {
    if (message.beside != BesideBytes()) return kAccompaniedPayloadVersion;
    return message.blanks.empty() ? kMessagePayloadVersion : kBlankedPayloadVersion;
}

}  // namespace

void blankOut(std::string& body, const Blank& blank) {
    YHT_ASSERT(blank.bytes > 0 && std::uint64_t{blank.offset} + blank.bytes <= body.size());
    const auto first = body.begin() + blank.offset;
    const auto last = first + (blank.bytes - 1);
    if (blank.bytes > 1 && closes(*first, *last)) {
        std::fill(first + 1, last, ' ');
    } else {
        std::fill(first, last + 1, '-');
        *first = ' ';
    }
}

base::Bytes encodeMessagePayload(MessagePayload message) {
    const std::uint8_t version = versionOf(message);
    YHT_ASSERT(message.body.size() <= std::numeric_limits<std::uint32_t>::max());
    base::Bytes head;
    base::appendU8(head, version);
    base::appendU32(head, static_cast<std::uint32_t>(message.body.size()));
    base::Bytes out = std::move(message.body);
    out.reserve(out.size() + message.signature_base.size() + kAroundBodyBytes);
    out.insert(0, head);
    appendPart(out, message.signature_base);
    appendPart(out, message.signature);
    appendPart(out, message.keyid);
    appendPart(out, message.algorithm);
    if (version >= kBlankedPayloadVersion) appendPart(out, encodeBlanks(message.blanks));
    if (version == kAccompaniedPayloadVersion) {
        for (const std::string* part : {&message.beside.content_type, &message.beside.file_name, &message.beside.origin}) appendPart(out, *part);
    }
    return out;
}

base::Result<MessagePayload> decodeMessagePayload(base::BytesView payload) {
    base::ByteReader reader(payload);
    const std::uint8_t version = reader.u8();
    if (version < kMessagePayloadVersion || version > kAccompaniedPayloadVersion) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "message payload: unknown version");
    }
    MessagePayload message;
    message.body = readPart(reader);
    message.signature_base = readPart(reader);
    message.signature = readPart(reader);
    message.keyid = readPart(reader);
    message.algorithm = readPart(reader);
    const bool blanks_ok = version == kMessagePayloadVersion || readBlanks(readPart(reader), message);
    if (version == kAccompaniedPayloadVersion) {
        for (std::string* part : {&message.beside.content_type, &message.beside.file_name, &message.beside.origin}) *part = readPart(reader);
    }
    // What encodeMessagePayload() would have written under another version is no payload of this one.
    if (!reader.finished() || !blanks_ok || versionOf(message) != version) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "message payload: cut or too long");
    }
    return message;
}

}  // namespace yht::intake
