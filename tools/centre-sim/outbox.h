// The centre as a source: posts what the desk has queued, in order, until it is acknowledged. One
// thread. Uses: speaker, desk. Used by: main, tests.
#pragma once

#include <atomic>
#include <thread>

#include "tools/centre-sim/desk.h"
#include "tools/speaker/submission.h"

namespace yht::centre_sim {

inline constexpr std::size_t kBatchMax = 50;

/// Posts from construction to destruction.
class Outbox {
public:
    Outbox(
        std::shared_ptr<const speaker::Speaker> speaker, speaker::SubmissionOptions options,
        Desk& desk, const base::Clock& clock
    );
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// While held nothing is posted: what is queued waits.
    void hold(bool held);
    /// Why the last attempt failed, "" where it did not.
    std::string lastTrouble() const;
    /// True once it can't go on: the store or the log failed. Nothing is posted any more.
    bool failed() const { return failed_; }

private:
    void run();

    const std::shared_ptr<const speaker::Speaker> speaker_;
    speaker::SubmissionOptions options_;
    Desk& desk_;
    const base::Clock& clock_;
    speaker::StopToken stop_;
    std::atomic<bool> held_{false}, failed_{false};
    mutable std::mutex trouble_mutex_;
    std::string trouble_;  // protected by trouble_mutex_
    std::thread thread_;   // last: it uses all of the above
};

}  // namespace yht::centre_sim
