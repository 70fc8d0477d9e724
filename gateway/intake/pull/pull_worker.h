// The worker of one pulled source: asks, waits, asks again, on a thread of its own, so that a source that stalls holds up
// nobody. Failing, it waits longer each time, with a line in the log at the beginning of trouble and one at its end.
// Uses: puller, admission (source_messages), trust (pull_verifier). Used by: pulls.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/base/random.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/pull/puller.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/pull_verifier.h"

namespace yht::intake {

inline constexpr std::int64_t kPullRetryFirstMs = 5'000;
inline constexpr std::int64_t kPullRetryMaxMs = 30 * 60'000;

/// What all workers share; outlives them.
struct PullParts {
    SourceMessages& messages;
    ledger::Store& store;
    const trust::PullVerifier& verifier;
    const base::Clock& clock;
    base::Random& random;
    std::string directory;        // of the deployment
    std::string state_directory;  // of the states
    std::function<base::Result<std::string>(const std::string& path)> read_secret;
    std::function<void(const std::string&)> log;  // one line each, no personal data
};

/// How long until the next round: the interval after one that went well, else 5 s doubled with each failure up to half
/// an hour, a quarter more or less at random; never into quiet hours.
std::int64_t waitMillis(const kit::PullRules& rules, int failures, double jitter);
/// 0 outside quiet hours, else how long they still last.
std::int64_t quietMillis(const kit::PullRules& rules, base::UnixMillis now_ms);

/// Thread-safety: start, stop, poke, setPause from any thread.
class PullWorker {
public:
    PullWorker(const PullParts& parts, std::shared_ptr<const kit::Adapter> adapter);
    ~PullWorker();
    PullWorker(const PullWorker&) = delete;
    PullWorker& operator=(const PullWorker&) = delete;

    void start();
    /// Ends a round under way within seconds: what it has taken stays taken.
    void stop();
    /// Kept over restarts. nullopt: goes on. Errors: IoFailed, DiskFull.
    base::Status setPause(std::optional<Pause> pause);
    const std::shared_ptr<const kit::Adapter>& adapter() const { return adapter_; }

private:
    void run(const std::stop_token& stop);
    /// Errors: what the round failed with.
    base::Result<PullRound> round(const std::stop_token& stop);
    base::Result<std::string> secret(const std::string& path) const;
    base::Result<std::uint64_t> take(PulledMessage message);
    base::Status remember();
    bool pace(const std::stop_token& stop);
    bool waitFor(const std::stop_token& stop, std::int64_t ms);
    void settle(const base::Result<PullRound>& round);
    base::Status loadState();
    bool isPaused();
    void say(const std::string& text) const;

    const PullParts& parts_;
    const std::shared_ptr<const kit::Adapter> adapter_;
    const kit::PullRules& rules_;
    const PullStateFile file_;

    std::mutex mutex_;
    std::condition_variable_any woken_;
    bool paused_ = false;  // protected by mutex_

    // The worker's thread only.
    PullState state_;
    bool loaded_ = false;
    std::unique_ptr<Puller> puller_;
    int failures_ = 0;
    std::int64_t next_request_ms_ = 0;  // steady
    std::string complaint_;
    std::jthread thread_;
};

}  // namespace yht::intake
