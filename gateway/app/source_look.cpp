#include "gateway/app/source_look.h"

#include "gateway/app/source_folders.h"

namespace yht::app {

std::string LookedSource::way() const {
    const kit::Manifest& manifest = adapter->manifest();
    return manifest.pull ? kit::pullKindName(*manifest.pull) : "push";
}

base::Result<std::vector<LookedSource>> lookAtSources(OpenedLedger& opened) {
    auto trust = trust::loadTrust(opened.config.directory());
    if (!trust.ok()) return std::move(trust).error();
    const auto adapters = loadSourceAdapters(opened.config.directory(), **trust);
    if (!adapters.ok()) return adapters.error();
    auto view = opened.store->snapshot();
    if (!view.ok()) return std::move(view).error();
    std::vector<LookedSource> looked;
    const intake::HealthInputs inputs{opened.clock->nowMillis(), 0, opened.calendar};
    for (const auto& [id, adapter] : **adapters) looked.push_back({intake::healthOf(**view, adapter->manifest(), inputs), adapter});
    return looked;
}

}  // namespace yht::app
