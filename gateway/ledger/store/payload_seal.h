// Payloads at rest: salt ‖ payload under a data key, the data key under the KEK, each bound to what
// it belongs to. Uses: crypto. Used by: ledger/store only.
#pragma once

#include "gateway/crypto/aead.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::ledger {

struct OpenedPayload {
    base::Bytes salt;
    base::Bytes payload;
};

/// Bound to the leaf's hash: a sealed payload moved to another entry does not open there.
base::Bytes sealPayload(
    base::BytesView data_key, base::BytesView leaf_hash, base::BytesView salt,
    base::BytesView payload, base::Random& random
);
/// Errors: LedgerCorrupt.
base::Result<OpenedPayload> openPayload(
    base::BytesView data_key, base::BytesView leaf_hash, base::BytesView sealed
);

/// `owner` names what the key is for: a ticket's number, or "entry 7".
base::Bytes wrapKey(
    base::BytesView kek, base::BytesView owner, base::BytesView data_key, base::Random& random
);
/// Errors: LedgerCorrupt (also where the KEK is not the one that wrapped it).
base::Result<base::Bytes> unwrapKey(
    base::BytesView kek, base::BytesView owner, base::BytesView wrapped
);
std::string entryKeyOwner(std::uint64_t seq);

/// Zeros from the first to the last octet: what an erasure leaves of a wrapped key or a sealed
/// payload. No nonce and tag that were ever made look so.
bool isOverwritten(base::BytesView sealed);

}  // namespace yht::ledger
