// What one ledger entry says, as a line a person reads: for `yht ledger show` and `yht ledger follow`.
// Personal data is masked: names, phones and addresses never reach the terminal from here.
// Uses: ledger, ticket, delivery (outcome grammar). Used by: the ledger commands.
#pragma once

#include <string>

#include "gateway/ledger/store/store.h"
#include "gateway/ticket/masking.h"

namespace yht::app {

struct StoryLine {
    ledger::Seq seq = 0;
    base::UnixMillis at_ms = 0;  // event time of records, commit time of everything else
    base::UnixMillis committed_ms = 0;
    std::string ticket_no;
    std::string who;   // source, destination or operator
    std::string what;  // "诉求 appeal", "上报 uploaded"
    std::string text;  // the rest of the line
};

/// `entry` as opened from the ledger; `persons` of its ticket, to be masked in its free text.
StoryLine tellEntry(const ledger::Entry& entry, const ticket::Persons& persons);
/// Where the payload is gone (erased): what the leaf still says.
StoryLine tellLeaf(const ledger::LeafHeader& header);

}  // namespace yht::app
