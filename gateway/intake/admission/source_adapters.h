// The adapters of a deployment's sources, as an immutable set that can be swapped while messages are under way: each
// message is handled by the set that it found.
// Uses: kit. Used by: intake/http, quarantine_decisions, app.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/kit/inbound/adapter.h"

namespace yht::intake {

/// By the manifest's id.
using SourceAdapters = std::map<std::string, std::shared_ptr<const kit::Adapter>>;

/// Thread-safety: any thread.
class SourceAdaptersHolder {
public:
    explicit SourceAdaptersHolder(SourceAdapters adapters = {})
        : adapters_(std::make_shared<const SourceAdapters>(std::move(adapters))) {}

    std::shared_ptr<const SourceAdapters> current() const {
        const std::lock_guard lock(mutex_);
        return adapters_;
    }
    void replace(std::shared_ptr<const SourceAdapters> adapters) {
        const std::lock_guard lock(mutex_);
        adapters_ = std::move(adapters);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const SourceAdapters> adapters_;  // protected by mutex_
};

}  // namespace yht::intake
