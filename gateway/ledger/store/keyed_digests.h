// Digests that tell nothing to who has the file alone: HMAC-SHA-256 under index keys, one for each
// use. They are the ledger's own, kept in it wrapped under the KEK (ledger_keys.h), so that the KEK can
// be rotated while every digest stays findable. Ledgers made before schema 10 derived them from the KEK of
// that time (HKDF-SHA-256, the info texts below) and keep those.
//   body   of a record's content, in the identity table ("yht identity body v1"): a plain digest
//          would outlive an erasure and confirm any guess of what was erased
//   name   of an erased ticket's numbers ("yht erased name v1"): a late record must still find that
//          its ticket was erased, but nobody reads the numbers any more. The same key names the call
//          that a ticket's record names (call_index.h): its digest must be found after an erasure
//   attachment  of the digest that a record names ("yht attachment v1"): what an erased ticket's
//          pictures were can't be confirmed from what is left of a page
//   source  of items in quarantine and keys of kept answers ("yht source tables v1"): a short item could be guessed
//   phone  of a telephone number (盲索引), in the form in which numbers are compared (ticket/phone_number.h): who has
//          the file alone could try all numbers there are against anything less
// Uses: crypto. Used by: ledger/store only.
#pragma once

#include <cstdint>

#include "gateway/crypto/key_ring.h"

namespace yht::ledger {

/// 32 octets each.
struct IndexKeys {
    base::Bytes body, name, attachment, source, phone;
};
IndexKeys newIndexKeys(base::Random& random);
/// What ledgers before schema 10 used; `phone` is new, so random.
IndexKeys indexKeysOf(const crypto::KeyRing& kek, base::Random& random);

/// All results have 32 octets. Thread-safety: any thread.
class KeyedDigests {
public:
    explicit KeyedDigests(IndexKeys keys) : keys_(std::move(keys)) {}
    /// `body_digest`: SHA-256 of the record's canonical text.
    base::Bytes body(base::BytesView body_digest) const;
    base::Bytes alias(base::BytesView party, base::BytesView number) const;
    base::Bytes record(base::BytesView source, std::uint8_t kind, base::BytesView record_ref) const;
    base::Bytes call(base::BytesView source, base::BytesView record_ref) const;
    /// `digest`: as records name it.
    base::Bytes attachment(base::BytesView digest) const;
    base::Bytes item(base::BytesView source, base::BytesView item_digest) const;
    base::Bytes answerKey(base::BytesView key_digest) const;
    base::Bytes answerBody(base::BytesView body_digest) const;
    /// `number`: as comparedPhone() gives it.
    base::Bytes phone(base::BytesView number) const;

private:
    const IndexKeys keys_;
};

}  // namespace yht::ledger
