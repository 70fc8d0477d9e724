// The trial book (联调台账): which cases each partner in joint test has passed, and when. The first
// time that a partner passes one, the trial ledger gets an entry of type audit; nothing is kept of
// later times, so a partner that tests day and night fills no disk.
//   audit  {"case":name,"format":"yht-trial-case-1","partner":id}    RFC 8785
// Uses: trial_cases, ledger, admission. Used by: intake/http (tells it what was seen), app
// (reports).
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "gateway/base/random.h"
#include "gateway/intake/admission/decide.h"
#include "gateway/intake/trial/trial_cases.h"

namespace yht::intake {

struct PassedCase {
    ledger::Seq seq = 0;
    base::UnixMillis passed_ms = 0;
};

/// What the ledger tells of every partner, in one pass over its headers. Errors: LedgerCorrupt.
base::Result<std::map<std::string, std::map<TrialCase, PassedCase>>> readTrialBook(
    ledger::View& view
);

/// Thread-safety: any thread. Never blocks on the disk.
class TrialBook {
public:
    /// `passed`: as readTrialBook() gives it. References must outlive the book, and it the store's
    /// tasks.
    TrialBook(
        ledger::Store& store, const base::Clock& clock, base::Random& random,
        const std::map<std::string, std::map<TrialCase, PassedCase>>& passed
    );

    /// A case that was seen. What can't be written is forgotten, and written when it is seen the
    /// next time.
    void saw(const std::string& partner, TrialCase which);
    /// What one submission shows.
    void sawRecords(const PreparedMessage& message, const std::vector<ItemDecision>& items);

private:
    bool hasSeen(const std::string& partner, TrialCase which);
    bool isLaterVersion(const PreparedItem& item, const ItemDecision& decision);
    void forget(const std::string& partner, TrialCase which);

    ledger::Store& store_;
    const base::Clock& clock_;
    base::Random& random_;
    std::mutex mutex_;
    std::set<std::pair<std::string, TrialCase>> seen_;  // protected by mutex_
};

}  // namespace yht::intake
