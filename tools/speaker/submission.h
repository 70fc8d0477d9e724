// Posts records until they are answered: a lost answer, 429 and 5xx mean "again, the same content";
// the gateway answers what it already has with the first receipt. Uses: gateway_client,
// acknowledgement, ack_log. Used by: partner-sim, centre-sim.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "tools/speaker/ack_log.h"
#include "tools/speaker/gateway_client.h"

namespace yht::speaker {

inline constexpr std::int64_t kBackoffFirstMillis = 50;
inline constexpr std::int64_t kBackoffMillisMax = 5'000;
inline constexpr std::int64_t kRetryAfterSecondsMax = 30;

/// Ends waits early. Thread-safety: any thread.
class StopToken {
public:
    void stop();
    bool stopped() const;
    /// True where it was stopped before `ms` were over.
    bool stoppedWithin(std::int64_t ms);

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;  // protected by mutex_
};

struct SubmissionOptions {
    const LogKey* log_key = nullptr;
    AckLog* ack_log = nullptr;
    std::int64_t give_up_after_ms = 0;  // 0: never
    /// A refusal of the whole request (signature, certificate, size) is not final: it may be put
    /// right at the other side. Refusals of single records always are.
    bool patient = false;
    /// Called on each failed attempt, with what to show of it.
    std::function<void(const std::string&)> on_retry;
};

struct SubmissionResult {
    bool answered = false;  // false: stopped, or gave up
    std::vector<Acknowledgement> acknowledgements;
    std::string detail;  // of the last attempt, where not answered
};

/// Blocks until answered, stopped or given up. Requires: 1 to 500 records; more than one go as an
/// array.
SubmissionResult submit(
    GatewayClient& client, const std::vector<std::string>& records,
    const SubmissionOptions& options, const base::Clock& clock, StopToken& stop
);

}  // namespace yht::speaker
