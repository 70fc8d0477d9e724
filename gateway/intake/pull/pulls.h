// All pulled sources of the gateway, a worker each. A reload starts, replaces and ends workers; a source whose adapter
// stays as it is notices nothing. Uses: source_worker. Used by: app.
#pragma once

#include <map>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/pull/source_worker.h"

namespace yht::intake {

/// Thread-safety: any thread.
class Pulls {
public:
    explicit Pulls(PullParts parts) : parts_(std::move(parts)) {}
    ~Pulls() { stop(); }
    Pulls(const Pulls&) = delete;
    Pulls& operator=(const Pulls&) = delete;

    /// Sources in lifecycle live or shadow that have a `pull` section; all others are not asked (any more).
    void use(const SourceAdapters& adapters);
    /// Asks that source at once. False where it is not pulled.
    bool wake(const std::string& source);
    /// Nothing is asked any more; what is under way ends with its exchange.
    void stop();

private:
    const PullParts parts_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<SourceWorker>> workers_;  // protected by mutex_
    std::vector<std::shared_ptr<SourceWorker>> ending_;             // protected by mutex_
};

}  // namespace yht::intake
