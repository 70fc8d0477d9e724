// What one ledger entry says, as a line a person reads: for `yht ledger show` and `yht ledger follow`.
// Personal data is masked: names, phones and addresses never reach the terminal from here.
// Uses: ledger, ticket, delivery (outcome grammar). Used by: the ledger commands.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/masking.h"

namespace yht::app {

/// One of several versions of a record. They are counted from 1 in their order, an operator's correction as one of its own.
struct StoryVersion {
    std::size_t number = 0, count = 0;
    ledger::Seq superseded_by = 0;  // the entry of version number + 1; 0 where this one is in force
    base::UnixMillis superseded_ms = 0;  // when that was known: an older version that comes late is superseded as it comes
};

struct StoryLine {
    ledger::Seq seq = 0;
    base::UnixMillis at_ms = 0;  // event time of records, commit time of everything else
    base::UnixMillis committed_ms = 0;
    std::string ticket_no;
    std::string who;   // source, destination or operator
    std::string what;  // "诉求 appeal", "上报 uploaded"
    std::string text;  // the rest of the line
    std::optional<StoryVersion> version;  // of records of which the ticket has several versions
};

/// By entry; records of which the ticket has one version are left out.
std::map<ledger::Seq, StoryVersion> storyVersions(const ledger::StoredTicket& ticket);
/// "第 1 版 version 1 / 2 · 已被取代 superseded by #14 (2019-04-18 09:30:00)"
std::string versionText(const StoryVersion& version);

/// `entry` as opened from the ledger; `persons` of its ticket, to be masked in its free text.
StoryLine tellEntry(const ledger::Entry& entry, const ticket::Persons& persons);
/// Where the payload is gone (erased): what the leaf still says.
StoryLine tellLeaf(const ledger::LeafHeader& header);

}  // namespace yht::app
