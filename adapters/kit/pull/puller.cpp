#include "adapters/kit/pull/puller.h"

namespace yht::kit {

base::Result<std::unique_ptr<Puller>> Puller::make(const Manifest& manifest, PullSurroundings surroundings) {
    YHT_ASSERT(manifest.pull);
    if (std::holds_alternative<FilesPull>(manifest.pull->way)) return makeFilesPuller(manifest, std::move(surroundings));
    if (std::holds_alternative<HttpPull>(manifest.pull->way)) return makeHttpPuller(manifest, std::move(surroundings));
    return makeDatabasePuller(manifest, std::move(surroundings));
}

}  // namespace yht::kit
