// Everything that can be said of a source's folder without a ledger: lint, samples, the cases made from them, coverage.
// Uses: kit/inbound. Used by: commands_adapters_grade.
#pragma once

#include "adapters/kit/inbound/generated_cases.h"
#include "adapters/kit/inbound/grade.h"

namespace yht::app {

struct CheckedSource {
    std::shared_ptr<const kit::Adapter> adapter;
    kit::ManifestTree tree;
    kit::ReadManifest manifest;
    std::vector<kit::SampleCase> samples;
    std::vector<kit::SampleResult> results;
    std::vector<kit::GeneratedCase> generated;
    std::uint64_t members_seen = 0, members_unread = 0, unmapped_codes = 0;
    std::vector<std::string> lint;

    /// A sample, or a case made from one, fails.
    std::vector<std::string> failures() const;
};

/// Errors: ManifestInvalid, SourceUnknown.
base::Result<CheckedSource> checkSource(const std::string& directory, const std::string& source_id);
std::vector<kit::Fact> factsOf(const CheckedSource& checked);

/// Sources of a directory that run on the product, `source_id` among them.
std::vector<std::string> sourcesOfProduct(const std::string& directory, const std::string& source_id);

}  // namespace yht::app
