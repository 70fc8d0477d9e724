// Where a value of a record came from (字段溯源): for `yht ledger show TICKET --why FIELD`. The raw item is adapted once more by
// the version that made the record (past_adapters.h), with its trace on; only where that gives the very record that stands
// in the ledger is a path, a rule and a vocabulary row told. What can't be told is said, with the reason.
//   mapped      the source's path, the mapping's rule and the vocabulary's row
//   constant    the rule says it: no part of the message
//   native      kept by the engine for a code without a row (`keep_in`)
//   engine      the source's own name, which no rule writes
//   member      normalized record: the member of the partner's body
//   operator    a correction, or a fix of the item in quarantine, put it there
//   unknown     `note` says why
// Uses: past_adapters, readapting, ledger. Used by: commands_why.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/past_adapters.h"
#include "gateway/app/readapting.h"
#include "gateway/ledger/store/ticket_reader.h"

namespace yht::app {

/// "title", "appeal/title", "ext/BJLB".
struct FieldChoice {
    std::string kind, field, entry;  // kind "": of every kind; entry: of a map, "" all of them
};
FieldChoice parseFieldChoice(const std::string& text);
/// As it was typed, as far as that looks like a name, and bounded: it may be anything.
std::string shownChoice(const FieldChoice& choice);
/// Whether the catalogue has the field. Errors: NotFound, with the name that was probably meant.
base::Status checkFieldChoice(const FieldChoice& choice);

struct Provenance {
    ledger::Seq seq = 0, message_seq = 0;
    ticket::Kind kind = ticket::Kind::Appeal;
    std::string source, adapter, adapter_version;
    std::string field;  // "title", "ext/BJLB"
    std::string value;  // masked unless asked for in clear
    std::string how;    // as above
    std::string path, rule, vocabulary_row;
    std::string place;  // of the item in its message
    ledger::Seq decision_seq = 0;  // operator: the entry that says who and why
    std::string note_zh, note_en;  // what a person has to know beside; "" nothing
};

/// One row a record that has the field, by seq. Empty: no record of the ticket has it. Errors: LedgerCorrupt.
base::Result<std::vector<Provenance>> whyField(
    ledger::View& view, PastAdapters& adapters, const ledger::StoredTicket& ticket, const FieldChoice& choice,
    bool in_clear, base::Random& random
);

}  // namespace yht::app
