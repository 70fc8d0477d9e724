#include "gateway/ledger/store/keyed_digests.h"

#include "gateway/crypto/digest.h"

namespace yht::ledger {
namespace {

constexpr std::size_t kIndexKeyBytes = 32;

void appendPart(base::Bytes& out, base::BytesView part) {
    base::appendU32(out, static_cast<std::uint32_t>(part.size()));
    out += part;
}

}  // namespace

IndexKeys newIndexKeys(base::Random& random) {
    const auto key = [&] { return random.bytes(kIndexKeyBytes); };
    return {.body = key(), .name = key(), .attachment = key(), .source = key(), .phone = key()};
}

IndexKeys indexKeysOf(const crypto::KeyRing& kek, base::Random& random) {
    return {
        .body = kek.derive("yht identity body v1"),
        .name = kek.derive("yht erased name v1"),
        .attachment = kek.derive("yht attachment v1"),
        .source = kek.derive("yht source tables v1"),
        .phone = random.bytes(kIndexKeyBytes)};
}

base::Bytes KeyedDigests::body(base::BytesView body_digest) const {
    return crypto::hmacSha256(keys_.body, body_digest);
}

base::Bytes KeyedDigests::attachment(base::BytesView digest) const {
    return crypto::hmacSha256(keys_.attachment, digest);
}

base::Bytes KeyedDigests::alias(base::BytesView party, base::BytesView number) const {
    base::Bytes text = "alias";
    appendPart(text, party);
    appendPart(text, number);
    return crypto::hmacSha256(keys_.name, text);
}

base::Bytes KeyedDigests::record(
    base::BytesView source, std::uint8_t kind, base::BytesView record_ref
) const {
    base::Bytes text = "record";
    appendPart(text, source);
    base::appendU8(text, kind);
    appendPart(text, record_ref);
    return crypto::hmacSha256(keys_.name, text);
}

base::Bytes KeyedDigests::call(base::BytesView source, base::BytesView record_ref) const {
    base::Bytes text = "call";
    appendPart(text, source);
    appendPart(text, record_ref);
    return crypto::hmacSha256(keys_.name, text);
}

base::Bytes KeyedDigests::item(base::BytesView source, base::BytesView item_digest) const {
    base::Bytes text = "item";
    appendPart(text, source);
    appendPart(text, item_digest);
    return crypto::hmacSha256(keys_.source, text);
}

base::Bytes KeyedDigests::answerKey(base::BytesView key_digest) const {
    base::Bytes text = "answer key";
    appendPart(text, key_digest);
    return crypto::hmacSha256(keys_.source, text);
}

base::Bytes KeyedDigests::answerBody(base::BytesView body_digest) const {
    base::Bytes text = "answer body";
    appendPart(text, body_digest);
    return crypto::hmacSha256(keys_.source, text);
}

base::Bytes KeyedDigests::phone(base::BytesView number) const {
    return crypto::hmacSha256(keys_.phone, number);
}

}  // namespace yht::ledger
