// Adapters as they were when a record was made (当时的适配器): from the deployment bundle that the record's leaf names, else
// from any bundle that was in force, else from the files as they are. What is given has the version that was asked for, so
// that it makes the same of the same item; where nothing has it (the kit itself was changed since, a bundle of a ledger that
// was rebuilt without it), that is said, and nothing is guessed.
// Uses: bundle, kit/inbound. Used by: provenance, readapting.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/app/bundle.h"

namespace yht::app {

/// The adapter of one source as a bundle has it; its files are read by way of a private folder that is gone again.
/// Errors: SourceUnknown where the bundle has no such source; ManifestInvalid; IoFailed.
base::Result<std::shared_ptr<const kit::Adapter>> adapterOf(const Bundle& bundle, const std::string& source_id);

/// One thread. `view` must outlive it.
class PastAdapters {
public:
    PastAdapters(ledger::View& view, std::string deployment)
        : view_(view), deployment_(std::move(deployment)) {}

    /// nullptr: it can't be found.
    std::shared_ptr<const kit::Adapter> find(
        const std::string& source_id, const std::string& version, base::BytesView config_digest
    );

private:
    using Key = std::pair<std::string, std::string>;
    std::shared_ptr<const kit::Adapter> look(const Key& key, base::BytesView config_digest);

    ledger::View& view_;
    const std::string deployment_;
    std::map<Key, std::shared_ptr<const kit::Adapter>> known_;
    std::vector<ledger::Seq> bundles_;  // filled where the named one does not do
    bool looked_through_ = false;
};

}  // namespace yht::app
