// Everything that can be said of a source's folder without a ledger: lint, samples, the cases made from them, coverage, a dry
// run, what a break brings, how long mapping takes. Uses: kit/inbound, readapting. Used by: source_grade, commands_adapters_grade.
#pragma once

#include <set>
#include <string_view>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/generated_cases.h"
#include "adapters/kit/inbound/grade_facts.h"
#include "gateway/base/random.h"

namespace yht::app {

/// Members of messages by their paths, and those that no rule reads; codes without a row.
class SeenMembers {
public:
    /// Errors: ManifestInvalid. `manifest` and `adapter` must outlive it.
    static base::Result<SeenMembers> of(const kit::ReadManifest& manifest, const kit::Adapter& adapter);

    void add(std::string_view message, kit::MessageContext context, const std::vector<kit::ItemPatch>& patches);
    std::uint64_t seen() const { return seen_.size(); }
    std::uint64_t unread() const;
    std::uint64_t unmappedCodes() const;
    std::uint64_t attachments() const { return attachments_; }

private:
    SeenMembers(const kit::ReadManifest& manifest, const kit::Adapter& adapter, std::shared_ptr<const kit::Decoder> decoder)
        : adapter_(&adapter), decoder_(std::move(decoder)), coverage_(manifest) {}

    const kit::Adapter* adapter_;
    std::shared_ptr<const kit::Decoder> decoder_;
    kit::Coverage coverage_;
    std::set<std::string> seen_;
    std::uint64_t attachments_ = 0;
};

struct CheckedSource {
    std::shared_ptr<const kit::Adapter> adapter;
    kit::ManifestTree tree;
    kit::ReadManifest manifest;
    std::vector<kit::SampleCase> samples;
    std::vector<kit::SampleResult> results;
    std::vector<kit::GeneratedCase> generated;
    std::uint64_t members_seen = 0, members_unread = 0, unmapped_codes = 0, attachments_seen = 0;
    kit::Tries taken, resent;
    std::vector<std::int64_t> mapping_micros;  // of an item, one for each that was mapped
    std::vector<std::string> lint;

    /// A sample, or a case made from one, fails.
    std::vector<std::string> failures() const;
};

/// Errors: ManifestInvalid, SourceUnknown.
base::Result<CheckedSource> checkSource(const std::string& directory, const std::string& source_id, base::Random& random);
std::vector<kit::Fact> factsOf(const CheckedSource& checked);
/// None of nothing.
std::optional<std::int64_t> percentile95(std::vector<std::int64_t> values);

/// Sources of a directory that run on the product, `source_id` among them.
std::vector<std::string> sourcesOfProduct(const std::string& directory, const std::string& source_id);

}  // namespace yht::app
