// Raw messages of the ledger adapted again and compared with the records that were made of them (回放比对). For looking only.
//   same       the record stands in the ledger as this version makes it
//   differ     the message brought it, and this version makes it otherwise: counted by field
//   new        no such record is in the ledger
//   gone       the message brought it, and this version makes no such record of it
//   elsewhere  another message brought that version of it: not compared
// Uses: readapting, long_reader, ledger. Used by: commands_adapters_replay, source_grade.
#pragma once

#include "gateway/app/long_reader.h"
#include "gateway/app/readapting.h"
#include "gateway/json/json.h"

namespace yht::app {

struct ReplayRange {
    base::UnixMillis from_ms = 0, to_ms = 0;  // received in [from, to)
    std::size_t messages_max = 1000;
};

struct Replayed {
    std::uint64_t messages = 0, unreadable = 0;
    std::uint64_t same = 0, differ = 0, made_new = 0, gone = 0, elsewhere = 0;
    std::vector<ledger::Seq> differing;  // messages with something that differs, is new or is gone
    std::uint64_t earlier = 0, earlier_differing = 0;  // messages that another version of the adapter took, and of them
    bool more = false;                   // there are messages beyond messages_max
    Differences differences;
};

/// Errors: as LongReader::view().
base::Result<Replayed> replayMessages(
    LongReader& reader, const kit::Adapter& adapter, const ReplayRange& range, base::Random& random
);

/// One object: path → {"count","examples"}.
void writeDifferences(rapidjson::Writer<rapidjson::StringBuffer>& out, const Differences& differences);
/// A table, the most frequent first; nothing where there is none.
void printDifferences(std::ostream& out, const Differences& differences);

}  // namespace yht::app
