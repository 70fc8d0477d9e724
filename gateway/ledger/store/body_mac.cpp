#include "gateway/ledger/store/body_mac.h"

#include "gateway/crypto/digest.h"

namespace yht::ledger {

BodyMac::BodyMac(base::BytesView kek)
    : key_(crypto::hkdfSha256(kek, {}, "yht identity body v1")) {}

base::Bytes BodyMac::of(base::BytesView body_digest) const {
    return crypto::hmacSha256(key_, body_digest);
}

}  // namespace yht::ledger
