// A new version of a source's folder beside the old one on live traffic (影子运行): every message of the source that the
// ledger keeps from the start on is adapted once by the version in force and once by the new one, and only how they differ
// is kept: counts, field paths, masked examples. Nothing of it becomes a record, and no message waits for it: it follows
// the ledger on a thread of its own, at low priority. A message that brought nothing new is not in the ledger and not compared.
//   DEPLOYMENT/shadow/<id>/sources/<id>, products/…   the new version; put there by `yht adapters shadow start`
//   LEDGER/shadow/<id>.json                           how far it has come and what was found: replaced as a whole
//     {"after":seq,"differences":{path:{"count":n,"examples":[{"record_ref","before","after"}…]}…},"format":"yht-shadow-1",
//      "items":n,"items_differ":n,"messages":n,"new_version":…,"old_version":…,"problem":…,"since":time}
// Restart and kill: it goes on behind the last message whose result is in the file; one is never counted twice. Another new
// version begins anew; another version in force goes on and is named. At most kShadowsMax sources, kShadowTurnMessages at a time.
// Uses: readapting, source_adapters, ledger. Used by: main.cpp, commands_adapters_shadow.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/app/readapting.h"
#include "gateway/intake/admission/source_adapters.h"

namespace yht::app {

inline constexpr std::size_t kShadowsMax = 10;
inline constexpr std::size_t kShadowTurnMessages = 20;
inline constexpr std::size_t kShadowStateBytesMax = 4U << 20;

struct ShadowState {
    ledger::Seq after = 0;  // the last entry that was looked at
    std::uint64_t messages = 0, items = 0, items_differ = 0;
    base::UnixMillis since_ms = 0;
    std::string old_version, new_version;
    std::string problem;  // the new version can't be loaded, or the source is not in force: says why; "" it runs
    Differences differences;
};
std::string encodeShadow(const ShadowState& state);
/// Errors: LedgerCorrupt.
base::Result<ShadowState> decodeShadow(std::string_view text);

/// Where things lie.
std::string shadowFolder(const std::string& deployment, const std::string& source_id);
std::string shadowStatePath(const std::string& ledger_directory, const std::string& source_id);
/// nullopt: nothing was written yet. Errors: IoFailed, LedgerCorrupt.
base::Result<std::optional<ShadowState>> readShadow(const std::string& path);

struct ShadowServices {
    ledger::Store& store;
    const base::Clock& clock;
    base::Random& random;
    std::string deployment, ledger_directory;
    std::function<std::shared_ptr<const intake::SourceAdapters>()> adapters;  // in force
    std::function<void(const std::string&)> log;
};

/// One source, one turn: at most kShadowTurnMessages messages compared and the result written. True: there is more to do.
/// Errors: the store's; IoFailed, DiskFull.
base::Result<bool> shadowTurn(const ShadowServices& services, const std::string& source_id);

/// The thread. Its own faults are logged once each and never end the gateway.
class ShadowRunner {
public:
    explicit ShadowRunner(ShadowServices services) : services_(std::move(services)) {}
    ~ShadowRunner() { stop(); }
    void start();
    void stop();

private:
    void run();
    bool turn();
    void tell(const std::string& source_id, const std::string& trouble);

    const ShadowServices services_;
    std::map<std::string, std::string> told_;  // by the thread only
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> stopping_{false};  // set under mutex_
    std::thread thread_;
};

}  // namespace yht::app
