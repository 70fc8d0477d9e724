#include "gateway/intake/pull/pulls.h"

namespace yht::intake {
namespace {

bool isPulled(const kit::Manifest& manifest) {
    using kit::Lifecycle;
    return manifest.pull && (manifest.lifecycle == Lifecycle::Live || manifest.lifecycle == Lifecycle::Shadow);
}

}  // namespace

void Pulls::use(const SourceAdapters& adapters) {
    const std::lock_guard lock(mutex_);
    for (auto worker = workers_.begin(); worker != workers_.end();) {
        const auto found = adapters.find(worker->first);
        const bool stays = found != adapters.end() && isPulled(found->second->manifest());
        if (!stays) {
            worker->second->requestStop();
            ending_.push_back(worker->second);
        }
        worker = stays ? std::next(worker) : workers_.erase(worker);
    }
    for (const auto& [id, adapter] : adapters) {
        if (!isPulled(adapter->manifest())) continue;
        auto& worker = workers_[id];
        if (worker && worker->adapter().version() == adapter->version()) continue;
        std::shared_ptr<SourceWorker> before = worker;
        for (const auto& one : ending_) {
            if (!before && one->adapter().manifest().id == id) before = one;  // it was taken out and is back
        }
        if (before) before->requestStop();
        worker = std::make_shared<SourceWorker>(parts_, adapter, std::move(before));
    }
}

bool Pulls::wake(const std::string& source) {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(source);
    if (found == workers_.end()) return false;
    found->second->wake();
    return true;
}

void Pulls::stop() {
    std::map<std::string, std::shared_ptr<SourceWorker>> workers;
    std::vector<std::shared_ptr<SourceWorker>> ending;
    {
        const std::lock_guard lock(mutex_);
        workers.swap(workers_);
        ending.swap(ending_);
    }
    // All at once, then each: what is slow ends beside the others.
    for (const auto& [id, worker] : workers) worker->requestStop();
    workers.clear();
    ending.clear();
}

}  // namespace yht::intake
