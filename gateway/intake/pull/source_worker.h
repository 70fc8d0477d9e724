// The worker (取数线程) of one pulled source: asks it when it is due, submits each portion, and keeps the cursor in the
// portion's last commit. Records, quarantine and ignored items are all durable then, so nothing that the cursor has passed
// can be lost; what is asked for again after a crash is known.
//   trouble    one log line when it begins and one when it ends; asked again after 5 s, then later and later, to 5 min, with
//              jitter. A refused log-in, an untrusted peer, a mistake of ours: after 5 min at once
//   a portion that can't be a message (too large) is counted as refused and passed over
//   the same bytes as in the pull before are not handed in again
// Each has a thread of its own and waits for nobody else's source. Uses: admission, pull_kit. Used by: pulls.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "adapters/kit/pull/puller.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/pull/source_memory.h"
#include "gateway/trust/handshake.h"
#include "gateway/trust/pull_verifier.h"

namespace yht::intake {

inline constexpr std::int64_t kPullAgainFirstMillis = 5'000;
inline constexpr std::int64_t kPullAgainMillisMax = 300'000;
/// How often a success without news is written down.
inline constexpr std::int64_t kPullNotedMillis = 60'000;

/// What all workers share. References must outlive them.
struct PullParts {
    ledger::Store& store;
    SourceMessages& messages;
    const trust::TrustHolder& trust;
    const base::Clock& clock;
    base::Random& random;
    /// The file behind a manifest's "file:NAME", its value, and the path of any file of the deployment.
    std::function<base::Result<std::string>(const std::string& reference)> secret;
    std::function<std::string(const std::string& file)> deployment_path;
    std::function<void(const std::string&)> log;
    /// Who judges the certificate that the source's far side shows; empty: nobody is asked whether it is revoked.
    std::function<std::shared_ptr<const trust::PeerJudge>(const kit::Manifest&)> judge = {};
};

class SourceWorker {
public:
    /// Starts it; it first waits for `predecessor` to end, so that a source is never asked twice at once.
    SourceWorker(
        const PullParts& parts, std::shared_ptr<const kit::Adapter> adapter, std::shared_ptr<SourceWorker> predecessor
    );
    ~SourceWorker();
    SourceWorker(const SourceWorker&) = delete;
    SourceWorker& operator=(const SourceWorker&) = delete;

    const kit::Adapter& adapter() const { return *adapter_; }
    /// Asks at once, whatever the time.
    void wake();
    void requestStop();
    /// Waits until it has ended. Requires: requestStop().
    void join();

private:
    void run(std::stop_token stop);
    bool mayPull();
    void pullOnce();
    base::Status pullPortions();
    base::Status submit(kit::Portion portion);
    base::Status passOver(const kit::Portion& portion, bool count_refused);
    PullFacts after(const kit::Portion& portion) const;
    void succeeded();
    void failed(const base::Error& error);
    base::Status keepFacts(const PullFacts& facts);
    kit::PullSurroundings surroundings();
    base::Result<std::string> secretReference(const std::string& name) const;
    void pace();
    /// True: woken or over; false: told to stop.
    bool waitFor(std::int64_t ms);

    const PullParts& parts_;
    const std::shared_ptr<const kit::Adapter> adapter_;
    const kit::Manifest& manifest_;
    const kit::PullRules& rules_;
    const std::string& id_;
    const trust::PullVerifier verifier_;
    std::shared_ptr<SourceWorker> predecessor_;

    // The worker's own thread only.
    std::unique_ptr<kit::Puller> puller_;
    PullFacts facts_;
    std::uint32_t failures_ = 0;
    std::int64_t wait_ms_ = 0;
    std::int64_t noted_steady_ms_ = 0;
    std::int64_t next_request_steady_ms_ = 0;
    std::set<base::Bytes> before_, now_;  // digests of what the last pull and this one brought

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool woken_ = false;  // protected by mutex_
    std::stop_token stop_;
    std::jthread thread_;  // last: it uses everything above
};

}  // namespace yht::intake
