// Digests that tell nothing to who has the file alone: HMAC-SHA-256 under keys derived from the KEK
// (HKDF-SHA-256, one info text each).
//   body   of a record's content, in the identity table ("yht identity body v1"): a plain digest
//          would outlive an erasure and confirm any guess of what was erased
//   names  of an erased ticket's numbers ("yht erased name v1"): a late record must still find that
//          its ticket was erased, but nobody reads the numbers any more
//   attachment  of the digest that a record names ("yht attachment v1"): what an erased ticket's
//          pictures were can't be confirmed from what is left of a page
//   items in quarantine and keys of kept answers ("yht source tables v1"): a short item could be guessed
// Uses: crypto. Used by: ledger/store only.
#pragma once

#include <cstdint>

#include "gateway/base/bytes.h"

namespace yht::ledger {

/// All results have 32 octets. Thread-safety: any thread.
class KeyedDigests {
public:
    explicit KeyedDigests(base::BytesView kek);
    /// `body_digest`: SHA-256 of the record's canonical text.
    base::Bytes body(base::BytesView body_digest) const;
    base::Bytes alias(base::BytesView party, base::BytesView number) const;
    base::Bytes record(base::BytesView source, std::uint8_t kind, base::BytesView record_ref) const;
    /// `digest`: as records name it.
    base::Bytes attachment(base::BytesView digest) const;
    base::Bytes item(base::BytesView source, base::BytesView item_digest) const;
    base::Bytes answerKey(base::BytesView key_digest) const;
    base::Bytes answerBody(base::BytesView body_digest) const;

private:
    const base::Bytes body_key_;
    const base::Bytes name_key_;
    const base::Bytes attachment_key_;
    const base::Bytes source_key_;
};

}  // namespace yht::ledger
