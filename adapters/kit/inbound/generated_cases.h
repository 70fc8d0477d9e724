// Cases that every source gets for free, made from its own good samples: what any stranger's system
// does sooner or later. Each is a claim about what comes out; a case that the format or the mapping
// has no place for is skipped and says so. How a format itself is attacked (zip bombs, torn
// workbooks) is its decoder's tests. Uses: samples, mapping_rules. Used by: app (yht adapters
// test), tests.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/samples.h"

namespace yht::kit {

struct GeneratedCase {
    std::string name;      // "same_batch_twice"
    bool skipped = false;  // there is no place for it
    std::string
        problem;  // what is wrong; "" passed. Names fields and rules, never values of the sample
};

/// `message`: a sample whose items all become records.
std::vector<GeneratedCase> runGeneratedCases(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message,
    const MessageContext& context
);

/// The names of all, in their order.
std::vector<std::string> generatedCaseNames();

}  // namespace yht::kit
