// `array_paths` of a manifest: places inside an item that are lists at the source, whatever it
// wrote this time. One child becomes a list of one, null an empty list; what is absent stays
// absent. Uses: path. Used by: decoders.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/path.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class ArrayPaths {
public:
    static constexpr std::size_t kPathsMax = 64;

    /// Errors: ManifestInvalid.
    static base::Result<ArrayPaths> parse(const std::vector<std::string>& paths);
    void apply(ItemValue& item) const;

private:
    std::vector<Path> paths_;
};

}  // namespace yht::kit
