// Payloads at rest: salt ‖ payload under a data key, the data key under the KEK, each bound to what
// it belongs to. A payload says in which way it is sealed, so that old ones stay readable whichever is configured:
//   sealed = nonce(12) ciphertext tag(16)                          aes-256-gcm, as all were before
//          | "YHTSEAL" suite(1) nonce(12) ciphertext tag(16)       any other suite (crypto/cipher_suite.h)
// A nonce of the first form begins like the second once in 2^64: what does not open by its mark is tried without.
// Data keys are wrapped by AES-256-GCM under either.
// Uses: crypto. Used by: ledger/store only.
#pragma once

#include "gateway/crypto/cipher_suite.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::ledger {

struct OpenedPayload {
    base::Bytes salt;
    base::Bytes payload;
};

/// Bound to the leaf's hash: a sealed payload moved to another entry does not open there.
base::Bytes sealPayload(
    crypto::CipherSuite suite, base::BytesView data_key, base::BytesView leaf_hash, base::BytesView salt,
    base::Bytes payload, base::Random& random
);
/// Errors: LedgerCorrupt.
base::Result<OpenedPayload> openPayload(
    base::BytesView data_key, base::BytesView leaf_hash, base::BytesView sealed
);

/// `owner` names what the key is for: a ticket's number, or "entry 7".
base::Bytes wrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView data_key, base::Random& random
);
/// Errors: LedgerCorrupt (also where neither KEK is the one that wrapped it).
base::Result<base::Bytes> unwrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView wrapped
);
/// The same key under the KEK in use, of the same length; nullopt: it is under that one. Errors: as unwrapKey().
base::Result<std::optional<base::Bytes>> rewrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView wrapped, base::Random& random
);
std::string entryKeyOwner(std::uint64_t seq);

/// Zeros from the first to the last octet: what an erasure leaves of a wrapped key or a sealed
/// payload. No nonce and tag that were ever made look so.
bool isOverwritten(base::BytesView sealed);

}  // namespace yht::ledger
