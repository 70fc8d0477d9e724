// Watches every source's health while the gateway runs: one log line when a source becomes silent, late, blocked or
// degraded, and one when it is well again. What was told is kept in the ledger, so that a restart tells nothing twice.
// Once a day, and when its adapter is another one, each source's grade is looked at, and kept for `yht sources`: on a thread of its own, for
// over a large ledger it takes a while, and nobody is told later of a silent source for that.
// For /metrics: yht_source_state{source,state}, 1 for the state that holds; yht_source_lag_seconds.
// Uses: intake/pull, source_grade, prometheus-cpp core. Used by: main.cpp.
#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/pull/source_health.h"

namespace yht::app {

inline constexpr std::int64_t kSourceWatchMillis = 15'000;
inline constexpr std::int64_t kGradedAfterMillis = 60'000;  // of the start: it has other things to do at first

class SourceWatch {
public:
    struct Parts {
        ledger::Store& store;
        const intake::SourceAdaptersHolder& adapters;
        const base::Clock& clock;
        const ticket::Calendar calendar;
        std::function<void(const std::string&)> log;
        base::Random& random;
        std::string deployment;  // directory: holds sources/ and products/
    };
    /// Reads by itself, on a thread of its own. One a registry.
    SourceWatch(prometheus::Registry& registry, Parts parts);
    ~SourceWatch();
    SourceWatch(const SourceWatch&) = delete;
    SourceWatch& operator=(const SourceWatch&) = delete;

    /// Now. Thread-safety: any thread.
    void look();
    /// The first source that has no grade of today; none in the first minute. Ends early, with nothing kept, where `stopping` says so.
    void gradeNext(const std::function<bool()>& stopping);

private:
    void lookAt(ledger::View& view, const kit::Manifest& manifest);
    void show(const intake::SourceHealth& health);
    void repeat(const std::stop_token& stop, const std::function<void()>& work);

    const Parts parts_;
    const base::UnixMillis started_ms_;
    std::mutex mutex_;
    prometheus::Family<prometheus::Gauge>& states_;
    prometheus::Family<prometheus::Gauge>& lags_;
    std::mutex wait_mutex_;
    std::condition_variable_any stopped_;
    std::jthread watcher_, grader_;
};

}  // namespace yht::app
