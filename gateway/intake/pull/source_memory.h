// What is remembered of a source between two questions, in the ledger beside its entries: the cursor with how the last
// pulls went, who paused it, what its health was, which files were read. Each is a small JSON object of texts under a
// keyed digest, so that neither names of files nor of anything else stand in the table; it is written in the commit of
// what it tells. It shares the table of kept answers (ledger/store/source_tables.h), whose promises it needs: durable, in
// the commit, kept by backup, rebuild and migration.
// Uses: ledger. Used by: source_worker, source_health, app.
#pragma once

#include <optional>
#include <string>

#include "gateway/ledger/store/store.h"

namespace yht::intake {

/// How the pulls of a source went.
struct PullFacts {
    std::string cursor;
    std::uint64_t portion = 0;  // counts those that were decided to their end
    base::UnixMillis last_success_ms = 0;  // a pull came to its end, or the source's first
    std::string trouble;                   // wire code; "" none
    std::string trouble_detail;
    base::UnixMillis trouble_ms = 0;  // since
    bool more = false;                // the last pull ended at a bound: catching up
    bool operator==(const PullFacts&) const = default;
};

struct Pause {
    std::string by, why;
    base::UnixMillis since_ms = 0;
    bool paused() const { return since_ms != 0; }
};

/// What was noticed of a source's items, pulled or pushed.
struct ItemFacts {
    base::UnixMillis known_since_ms = 0;  // when it was first watched
    base::UnixMillis last_item_ms = 0;    // when its account last moved
    std::int32_t day = 0;
    std::uint64_t received = 0;  // of that day, when last looked at
    std::string alarm;           // "silent", "late" …; "" none
    base::UnixMillis alarm_ms = 0;
    bool operator==(const ItemFacts&) const = default;
};

/// Its quality grade (kit/inbound/grade.h), when it was last looked at.
struct KeptGrade {
    std::string grade;            // "-", "C" …; "" never looked at
    std::int32_t day = 0;         // of the look
    std::string adapter_version;  // that was looked at
};

PullFacts pullFacts(ledger::View& view, const std::string& source);
base::Status keepPullFacts(ledger::Transaction& transaction, const std::string& source, const PullFacts& facts);
Pause pauseOf(ledger::View& view, const std::string& source);
base::Status keepPause(ledger::Transaction& transaction, const std::string& source, const Pause& pause);
ItemFacts itemFacts(ledger::View& view, const std::string& source);
base::Status keepItemFacts(ledger::Transaction& transaction, const std::string& source, const ItemFacts& facts);
KeptGrade keptGrade(ledger::View& view, const std::string& source);
base::Status keepGrade(ledger::Transaction& transaction, const std::string& source, const KeptGrade& grade);
/// "" where nothing is remembered of that file.
std::string fileMark(ledger::View& view, const std::string& source, const std::string& name);
base::Status keepFileMark(
    ledger::Transaction& transaction, const std::string& source, const std::string& name, const std::string& mark
);

}  // namespace yht::intake
