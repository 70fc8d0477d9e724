// All pulled sources of a deployment, a worker each.
// Uses: pull_worker, admission (source_adapters). Used by: app (main, reload, control).
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/pull/pull_worker.h"

namespace yht::intake {

inline constexpr std::size_t kPulledSourcesMax = 200;  // a thread each

/// Thread-safety: any thread.
class Pulls {
public:
    /// `state_directory` of the parts is made where it is not there. Errors: IoFailed.
    static base::Result<std::unique_ptr<Pulls>> open(PullParts parts);
    ~Pulls() { stop(); }

    /// Live and shadow sources with a `pull` section are pulled from now on; others no longer. A source whose adapter
    /// is the same goes on undisturbed. Errors: ConfigInvalid (more than kPulledSourcesMax), and nothing is changed.
    base::Status follow(const SourceAdapters& adapters);
    void stop();
    /// Errors: SourceUnknown where the source is not pulled; those of the state's file.
    base::Status setPause(const std::string& source, std::optional<Pause> pause);

private:
    explicit Pulls(PullParts parts) : parts_(std::move(parts)) {}
    const PullParts parts_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<PullWorker>> workers_;  // protected by mutex_
};

/// Whether it is to be pulled at all.
bool isPulled(const kit::Manifest& manifest);

}  // namespace yht::intake
