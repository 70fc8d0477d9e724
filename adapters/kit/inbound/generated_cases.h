// Cases that every source gets for free, made from its own good samples: what any stranger's system
// does sooner or later. Each is a claim about what comes out; a case that the format or the mapping
// has no place for is skipped and says so. How a format itself is attacked (torn workbooks) is its
// decoder's tests. What repeats is no adapter's to say: the ledger decides, and is handed in.
// Uses: samples, mapping_rules. Used by: app (yht adapters test), tests.
#pragma once

#include <functional>
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

/// What a ledger that holds nothing else did with a message, and with the same message once more, later.
struct CameTwice {
    std::uint64_t received = 0, accepted = 0;  // items, the first time
    std::uint64_t again_received = 0, again_new = 0;
    std::uint64_t again_entries = 0;  // that the ledger has more after the second time
};
/// intake/admission/sample_ledger.h. Errors: the message as a whole is not taken.
using AdmitTwice = std::function<base::Result<CameTwice>(const Adapter&, const std::string& message, const MessageContext&)>;

/// `message`: a sample whose items all become records. Without `admit` same_batch_twice is skipped.
std::vector<GeneratedCase> runGeneratedCases(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message,
    const MessageContext& context, const AdmitTwice& admit
);

/// The names of all, in their order.
std::vector<std::string> generatedCaseNames();

}  // namespace yht::kit
