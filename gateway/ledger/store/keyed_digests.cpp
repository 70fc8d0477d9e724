#include "gateway/ledger/store/keyed_digests.h"

#include "gateway/crypto/digest.h"

namespace yht::ledger {
namespace {

void appendPart(base::Bytes& out, base::BytesView part) {
    base::appendU32(out, static_cast<std::uint32_t>(part.size()));
    out += part;
}

}  // namespace

KeyedDigests::KeyedDigests(base::BytesView kek)
    : body_key_(crypto::hkdfSha256(kek, {}, "yht identity body v1")),
      name_key_(crypto::hkdfSha256(kek, {}, "yht erased name v1")),
      attachment_key_(crypto::hkdfSha256(kek, {}, "yht attachment v1")),
      source_key_(crypto::hkdfSha256(kek, {}, "yht source tables v1")) {}

base::Bytes KeyedDigests::body(base::BytesView body_digest) const {
    return crypto::hmacSha256(body_key_, body_digest);
}

base::Bytes KeyedDigests::attachment(base::BytesView digest) const {
    return crypto::hmacSha256(attachment_key_, digest);
}

base::Bytes KeyedDigests::alias(base::BytesView party, base::BytesView number) const {
    base::Bytes text = "alias";
    appendPart(text, party);
    appendPart(text, number);
    return crypto::hmacSha256(name_key_, text);
}

base::Bytes KeyedDigests::record(
    base::BytesView source, std::uint8_t kind, base::BytesView record_ref
) const {
    base::Bytes text = "record";
    appendPart(text, source);
    base::appendU8(text, kind);
    appendPart(text, record_ref);
    return crypto::hmacSha256(name_key_, text);
}

base::Bytes KeyedDigests::item(base::BytesView source, base::BytesView item_digest) const {
    base::Bytes text = "item";
    appendPart(text, source);
    appendPart(text, item_digest);
    return crypto::hmacSha256(source_key_, text);
}

base::Bytes KeyedDigests::answerKey(base::BytesView key_digest) const {
    base::Bytes text = "answer key";
    appendPart(text, key_digest);
    return crypto::hmacSha256(source_key_, text);
}

base::Bytes KeyedDigests::answerBody(base::BytesView body_digest) const {
    base::Bytes text = "answer body";
    appendPart(text, body_digest);
    return crypto::hmacSha256(source_key_, text);
}

}  // namespace yht::ledger
