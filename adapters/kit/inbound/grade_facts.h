// What a source's own files say of its grade (grade.h): manifest, mapping, samples, and what was found when they were run.
// Uses: grade, coverage, samples, profile. Used by: app (source_check).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/inbound/grade.h"
#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/samples.h"

namespace yht::kit {

/// How many of something were tried, and how many failed.
struct Tries {
    std::size_t ran = 0, failed = 0;
    bool hold() const { return ran > 0 && failed == 0; }
};

/// What was found when the files were run.
struct CheckedFiles {
    const ReadManifest& manifest;
    const std::vector<SampleCase>& samples;
    const std::vector<SampleResult>& results;
    std::vector<std::string> lint;  // what a reviewer would ask
    Tries generated;                // cases made from samples
    Tries twice;                    // of them: the same batch twice
    Tries undecodable;              // of them: a byte that the charset does not have
    Tries taken;                    // items of samples, by admission's own preparation
    Tries resent;                   // samples that broke off after an item and came again later
    std::optional<std::int64_t> mapping_micros_p95;  // of one item; none where nothing was measured
    std::uint64_t members_seen = 0, members_unread = 0, unmapped_codes = 0, attachments_seen = 0;
    bool has_runbook = false;  // README.md of the source, or of its product
};
std::vector<Fact> factsOfFiles(const CheckedFiles& files);

/// A fact of a manifest that can't be read: nothing else is known.
Fact unreadableManifest(const std::string& why);

/// 95 % of the members that were seen are read by some rule, or named as unused.
Fact membersRead(std::uint64_t seen, std::uint64_t unread);

/// Where templates of requests hold what sounds like a credential and is no {secret:NAME}: "pull.http.headers.X-App-Key".
std::vector<std::string> literalCredentials(const Manifest& manifest);

/// Paths whose codes decide which records an item becomes, where a code that nobody named makes none and is not told: no table
/// reads the path, and not every section asks for it.
std::vector<std::string> undecidedPaths(const MappingRules& mapping);

/// The source itself says how many items there are.
bool saysItsTotals(const DecodeRules& decode);

}  // namespace yht::kit
