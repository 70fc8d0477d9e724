#include "gateway/intake/admission/message_payload.h"

#include <limits>

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

}  // namespace

base::Bytes encodeMessagePayload(const MessagePayload& message) {
    base::Bytes out;
    out.reserve(message.body.size() + message.signature_base.size() + 1024);
    base::appendU8(out, kMessagePayloadVersion);
    appendPart(out, message.body);
    appendPart(out, message.signature_base);
    appendPart(out, message.signature);
    appendPart(out, message.keyid);
    appendPart(out, message.algorithm);
    return out;
}

base::Result<MessagePayload> decodeMessagePayload(base::BytesView payload) {
    base::ByteReader reader(payload);
    if (reader.u8() != kMessagePayloadVersion) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "message payload: unknown version");
    }
    MessagePayload message;
    message.body = readPart(reader);
    message.signature_base = readPart(reader);
    message.signature = readPart(reader);
    message.keyid = readPart(reader);
    message.algorithm = readPart(reader);
    if (!reader.finished()) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "message payload: cut or too long");
    }
    return message;
}

}  // namespace yht::intake
