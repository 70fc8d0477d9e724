// A far side that is handed files: a batch becomes one, under a name that a repeat has again and nothing else has.
//
// Exactly once, whatever is lost in between. Beside the directory that the far side watches there is one that is ours
// alone, on the same file system:
//   1  STAGING/ID~NAME       the whole file, ID the destination's    nothing is out yet
//   2  STAGING/ID~NAME.sent  an empty file: from now on 3 may have happened
//   3  rename STAGING/ID~NAME → DIRECTORY/NAME                    out, at once and whole
// A repeat looks: no .sent → begin anew; .sent and the staged file → do 3; .sent alone → it is out, whatever the far side
// has made of it since. A marker file goes the same way. Notes of what was sent stay: without them a repeat would be new.
//   NotSent   every failure before 3, and a rename that was refused
//   Unknown   a rename whose answer was lost; the repeat finds out
// With answer files a record waits (Later) until its answer is there; it is never sent again meanwhile.
// Uses: store_destination, transport. Used by: app.
#pragma once

#include <functional>
#include <memory>

#include "adapters/kit/outward/store_destination.h"
#include "adapters/kit/transport/file_store.h"

namespace yht::kit {

class FileDestination final : public StoreDestination {
public:
    /// Requires: a profile with a section `file`.
    FileDestination(
        StoreDestinationSettings settings, std::shared_ptr<const Profile> profile, std::unique_ptr<FileStore> store,
        const base::Clock& clock
    );

private:
    BatchAnswer hand(const std::string& batch_id, const std::vector<StoreRecord>& records) override;
    /// nullopt: no answer is there yet.
    base::Result<std::optional<RecordAnswer>> findAnswer(const std::string& name, const OutboundRecord& record, std::string& raw);
    /// Step 1 to 3, or what is left of them. `out`: the failure came when it may be out.
    base::Status publish(const std::string& name, std::string_view bytes, bool& out);

    const FileRules& rules_;
    const std::unique_ptr<FileStore> store_;
};

}  // namespace yht::kit
