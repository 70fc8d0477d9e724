// What a signed message is known by when it comes again (DESIGN 5). Uses: crypto. Used by: trust's verifiers, app (a rebuilt ledger).
#pragma once

#include "gateway/base/bytes.h"

namespace yht::trust {

/// SHA-256(base ‖ signature). Where the base ends as RFC 9421 says (section 2.5) and its parameters name the time `created`, that time
/// stands before it, in seconds and eight octets, big-endian: keys of one minute are neighbours in the ledger's index, which a
/// digest alone would scatter over all its pages.
base::Bytes replayKey(base::BytesView signature_base, base::BytesView signature);

}  // namespace yht::trust
