#include "gateway/intake/pull/pulls.h"

#include <sys/stat.h>

#include <cerrno>

namespace yht::intake {

bool isPulled(const kit::Manifest& manifest) {
    const bool takes = manifest.lifecycle == kit::Lifecycle::Live || manifest.lifecycle == kit::Lifecycle::Shadow;
    return takes && manifest.pull.has_value();
}

base::Result<std::unique_ptr<Pulls>> Pulls::open(PullParts parts) {
    if (::mkdir(parts.state_directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return base::makeError(base::ErrorCode::IoFailed, parts.state_directory + ": errno " + std::to_string(errno));
    }
    return std::unique_ptr<Pulls>(new Pulls(std::move(parts)));
}

base::Status Pulls::follow(const SourceAdapters& adapters) {
    std::map<std::string, std::shared_ptr<const kit::Adapter>> wanted;
    for (const auto& [id, adapter] : adapters) {
        if (isPulled(adapter->manifest())) wanted.emplace(id, adapter);
    }
    if (wanted.size() > kPulledSourcesMax) {
        return base::makeError(base::ErrorCode::ConfigInvalid, "more than " + std::to_string(kPulledSourcesMax) + " pulled sources");
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(workers_, [&](const auto& worker) {
        const auto found = wanted.find(worker.first);
        return found == wanted.end() || found->second->version() != worker.second->adapter()->version();
    });
    for (auto& [id, adapter] : wanted) {
        if (workers_.contains(id)) continue;
        auto worker = std::make_unique<PullWorker>(parts_, std::move(adapter));
        worker->start();
        workers_.emplace(id, std::move(worker));
    }
    return {};
}

void Pulls::stop() {
    const std::lock_guard lock(mutex_);
    workers_.clear();
}

base::Status Pulls::setPause(const std::string& source, std::optional<Pause> pause) {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(source);
    if (found == workers_.end()) return base::makeError(base::ErrorCode::SourceUnknown, source + " is not pulled");
    return found->second->setPause(std::move(pause));
}

}  // namespace yht::intake
