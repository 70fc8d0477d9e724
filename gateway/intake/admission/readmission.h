// Messages of the ledger adapted anew and admitted as far as they bring something new (回放入账). What the old adapter made
// stays for ever; per record of the message, by what the adapter in force makes of it now:
//   new          nothing of that number and version is known: decided like any record, pointing at the original message
//   corrected    the record that the message brought then reads otherwise now, and it is still the newest: a correction of it
//                (same version, correction + 1), by the same message and this adapter
//   known        the same content stands in the ledger
//   passed_over  another content has come since, an operator has corrected it, or it came with another message: untouched
//   waiting      its item is in quarantine: `yht quarantine replay` is the way; or was decided on there
//   refused      it can't be taken (a conflict, an erased ticket …); its item's other records are not taken either
//   not_made     the item fails, or is ignored, now
// A source in shadow or draft admits nothing. The account of the source tells how items arrived: it does not change.
// Uses: source_items, decide, ledger. Used by: app.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/admission/decide.h"
#include "gateway/intake/admission/source_items.h"

namespace yht::intake {

inline constexpr std::size_t kReadmittedPerCommitMax = 500;  // items looked at in one commit

struct Readmitted {
    std::uint64_t made_new = 0, corrected = 0, known = 0, passed_over = 0, waiting = 0, refused = 0, not_made = 0;
    std::vector<ledger::Seq> seqs;  // of new entries

    void add(const Readmitted& other);
};

struct ReadmissionServices {
    ledger::Store& store;
    base::Random& random;
    std::shared_ptr<const trust::TrustSnapshot> trust;
    const kit::Adapter& adapter;
    /// Into every commit that takes something: the audit entry.
    std::function<base::Status(ledger::Transaction&)> also;
};

/// One message. Commits before an error stand; doing it again goes on. Errors: NotFound (no message of this adapter),
/// SourceUnknown (not live), LedgerErased; the store's.
base::Result<Readmitted> readmit(const ReadmissionServices& services, ledger::Seq message_seq);

}  // namespace yht::intake
