// What stands in the identity table for a record's content: HMAC-SHA-256 of its digest, under a key
// derived from the KEK (HKDF-SHA-256, info "yht identity body v1"). A plain digest would outlive an
// erasure and confirm any guess; this one tells nothing to who has the file alone.
// Uses: crypto. Used by: ledger/store only.
#pragma once

#include "gateway/base/bytes.h"

namespace yht::ledger {

/// Thread-safety: any thread.
class BodyMac {
public:
    explicit BodyMac(base::BytesView kek);
    /// 32 octets. `body_digest`: SHA-256 of the record's canonical text.
    base::Bytes of(base::BytesView body_digest) const;

private:
    const base::Bytes key_;
};

}  // namespace yht::ledger
