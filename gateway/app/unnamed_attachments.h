// Attachments that no record names (无人引用的附件): who brings a file has attachments.unnamed_hours_max to hand in a record that
// names it; what nobody has named by then goes as with an erased ticket (attachments/store.h). One turn:
//  1. Marks whose time is over, kUnnamedTurnMarks at most, out of the folder.
//  2. One task of the writer asks the ledger of each: does a record of its partner name the digest? Of those that
//     none names it appends an audit entry each, in the same commit.
//  3. What is named is not judged again. The others are noted on the disk, and judged once more, each in a task of its own:
//     what a record has named meanwhile stays. A file goes with its last mark.
// After a crash: before the note, the turn is taken again, and its audit entries once more; after it, the next start
// goes on (opened_attachments.h). Files are few at a time, with a pause after each, so that records go before.
// The audit entry: command "attachments.unnamed", operator "gateway", arguments attachment (SHA-256), partner, since.
// Uses: opened_attachments, control (appendAudit), ledger. Used by: main.cpp.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/app/opened_attachments.h"

namespace yht::app {

inline constexpr std::size_t kUnnamedTurnMarks = 16;
inline constexpr std::int64_t kUnnamedPauseMillis = 200;        // after each turn that found something, and each file
inline constexpr std::int64_t kUnnamedIdleMillis = 10 * 60'000;  // after one that found nothing, or failed

struct UnnamedServices {
    ledger::Store& store;
    attachments::Store& attachments;
    const base::Clock& clock;
    base::Random& random;
    RegistrySource registry;
    std::int64_t hours_max = 0;  // 0: everything is kept
    std::function<void(const std::string&)> log;
    /// Called after each file; may wait.
    std::function<void()> pause = [] {};
};

struct UnnamedTurn {
    std::size_t judged = 0;     // marks; 0: no time is over
    std::size_t destroyed = 0;  // files
};
/// Errors: IoFailed, DiskFull, the ledger's, the registry's; safe to call again.
base::Result<UnnamedTurn> giveUpUnnamed(const UnnamedServices& services);

/// Whose key it is, where he is in the registry; else the key.
std::string partnerOfKey(const trust::TrustSnapshot& registry, const std::string& partner_key);

/// The thread, at its first turn right after start(). Its own faults are logged, at their beginning and their end.
class UnnamedAttachments {
public:
    explicit UnnamedAttachments(UnnamedServices services);
    ~UnnamedAttachments() { stop(); }
    UnnamedAttachments(const UnnamedAttachments&) = delete;
    UnnamedAttachments& operator=(const UnnamedAttachments&) = delete;
    void start();
    void stop();

private:
    void run(const std::stop_token& stop);
    void waitFor(const std::stop_token& stop, std::int64_t ms);

    UnnamedServices services_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::jthread thread_;
};

}  // namespace yht::app
